/**
 * The memory that a function needs. Lambda sells CPU by memory, so a function that needs little memory may still
 * need a large size. Pure.
 */
import type { Figures } from './figures.ts';
import { VCPU_MEGABYTES } from './prices.ts';

/**
 * Steady work may take two thirds of the CPU. All nodes are looked at at once, so that a round of looks then lasts two
 * thirds of the time to the next one, and less than a look's limit.
 */
const CPU_HEADROOM = 1.5;
/** What was resident at most is a peak already, with garbage in it: a tenth more will do. */
const MEMORY_HEADROOM = 1.1;
/** Lambda's own least, and the steps in which sizes are compared. Megabytes. */
const LEAST_MB = 128;
const STEP_MB = 64;

export interface Need {
  /** CPU seconds a second. */
  readonly cpu: number;
  readonly memoryMb: number;
}

export interface Sizes {
  readonly watch: number;
  readonly probe: number;
}

/** The smallest size with room for both. */
export function sizeFor({ cpu, memoryMb }: Need): number {
  const wantedMb = Math.max(LEAST_MB, cpu * VCPU_MEGABYTES * CPU_HEADROOM, memoryMb * MEMORY_HEADROOM);
  return Math.ceil(wantedMb / STEP_MB) * STEP_MB;
}

/** Both watches are one function, so the one that leads decides. */
export function sizesFor({ cpuPerSecond, memoryMb }: Figures): Sizes {
  return {
    watch: sizeFor({ cpu: cpuPerSecond.watchLeading, memoryMb: memoryMb.watch }),
    probe: sizeFor({ cpu: cpuPerSecond.probe, memoryMb: memoryMb.probe }),
  };
}

/** Whether what was measured stays within the sizes that are deployed, with the headroom of `sizesFor`. */
export function fits(
  figures: Figures,
  deployed: Sizes,
): { readonly watch: boolean; readonly probe: boolean } {
  const wanted = sizesFor(figures);
  return { watch: wanted.watch <= deployed.watch, probe: wanted.probe <= deployed.probe };
}

/** The part of a vCPU that a size brings. */
export function cpuShareOf(sizeMb: number): number {
  return sizeMb / VCPU_MEGABYTES;
}
