/** How a breakage is undone: what each breakage gives back, and how values are set and set back. */
import type { Master } from '../world/master.ts';
import type { SimWorld } from '../world/world.ts';

/** The stricken master, the world, and how bad it is. */
export interface Strike {
  readonly world: SimWorld;
  readonly master: Master;
  /** From 0 to 1. */
  readonly degree: number;
}

/** Makes it well again; run within `SimWorld.change`. */
export type Mending = () => void;

/** Sets a value; mending sets it to what it is in a healthy world, whatever else is broken meanwhile. */
export function set<T, Key extends keyof T>(owner: T, key: Key, value: T[Key], healthy: T[Key]): Mending {
  owner[key] = value;
  return () => {
    owner[key] = healthy;
  };
}

/** Sets a value; mending sets it back only if it is still that one: somebody may have ended it before. */
export function setFor<T, Key extends keyof T>(owner: T, key: Key, value: T[Key], healthy: T[Key]): Mending {
  owner[key] = value;
  return () => {
    if (owner[key] === value) owner[key] = healthy;
  };
}

/** Changes some fields of a record; mending makes those fields healthy again, and leaves the others. */
export function setAll<Key extends string, T extends object>(
  owner: { [K in Key]: T },
  key: Key,
  change: Partial<T>,
  healthy: T,
): Mending {
  owner[key] = { ...owner[key], ...change };
  const fields = Object.keys(change) as (keyof T)[];
  return () => {
    for (const field of fields) owner[key] = { ...owner[key], [field]: healthy[field] };
  };
}

/** Something that does not mend by itself. */
export function once(act: () => void): Mending {
  act();
  return () => {};
}

export function runAll(all: readonly (() => void)[]): void {
  for (const run of all) run();
}

/** Another number from 0 up to 1, made of the same degree: for a second choice within one breakage. */
export function secondOf(degree: number): number {
  return (degree * 10) % 1;
}
