/** What each function gets of Lambda: memory, which is also its share of a CPU, and its reserved concurrency. */
import type { Config } from '../core/config/config.ts';
import type { LambdaProps } from './lambda.ts';

export type FunctionKind = 'watch' | 'operate' | 'read' | 'probe';

export interface FunctionSize {
  readonly memoryMb: number;
  /** How many invocations can always run at once, and at most. Undefined: as many as the account has room for. */
  readonly reserved: number | undefined;
}

/** Megabytes by `Config.size`. 1769 MB are one CPU. */
const memoryMb: Readonly<Record<Config['size'], number>> = { normal: 256, small: 128 };
/** A small watch has room for the states of this many pairs; beyond, it has the normal size. */
const SMALL_PAIRS = 10;
/**
 * What looks at one pair take of a CPU, and of memory, is measured (docs/costs.md): a probe has half as much again of the
 * one for each of its pairs, and so has room for the other.
 */
const PROBE_BASE_MB = 48;
const PROBE_PAIR_MB = 6.5;
/** Sizes differ by this at least. Megabytes. */
const STEP_MB = 64;

/** What of an environment a size depends on: not what its pairs are, but how many. */
export type Sized = Pick<Config, 'reservedConcurrency' | 'size'> & { readonly pairs: readonly unknown[] };

function memoryOf({ size, pairs }: Sized, kind: FunctionKind): number {
  const count = pairs.length;
  const least = memoryMb[size === 'small' && count <= SMALL_PAIRS ? 'small' : 'normal'];
  if (kind !== 'probe') return least;
  const wanted = PROBE_BASE_MB + PROBE_PAIR_MB * count;
  return Math.max(least, Math.ceil(wanted / STEP_MB) * STEP_MB);
}

/** The size of one function of the environment: of watch, of operate, or of each probe. */
export function sizeOf(config: Sized, kind: FunctionKind): FunctionSize {
  const reserved = config.reservedConcurrency ? reservedFor(kind, config.pairs.length) : undefined;
  return { memoryMb: memoryOf(config, kind), reserved };
}

/**
 * A reservation is a promise and a limit, so it has room for the worst moment: the loss of a zone, in which every pair
 * has a plan.
 */
function reservedFor(kind: FunctionKind, pairs: number): number {
  switch (kind) {
    case 'watch':
      // Two that change over, and two that events of EC2 started meanwhile.
      return 4;
    case 'operate':
      // A move that takes its time, a status that somebody watches, a person who asks twice, and one to spare.
      return 4;
    case 'read':
      return 2;
    case 'probe':
      // The held look, the close one, that of the warmer or of an operator, and a command of each pair's plan.
      return 3 + pairs;
  }
}

/** The same, as a function takes it: a burst elsewhere in the account must not take the places of those that see a death. */
export function sizePropsOf(
  config: Config,
  kind: FunctionKind,
): Pick<LambdaProps, 'memoryMb' | 'reservedConcurrency'> {
  const { memoryMb, reserved } = sizeOf(config, kind);
  return { memoryMb, reservedConcurrency: reserved };
}
