/** What each function gets of Lambda: memory, which is also its share of a CPU, and its reserved concurrency. */
import type { Config } from '../core/config.ts';
import type { LambdaProps } from './lambda.ts';

export type FunctionKind = 'watch' | 'operate' | 'read' | 'probe';

export interface FunctionSize {
  readonly memoryMb: number;
  /** How many invocations can always run at once, and at most. Undefined: as many as the account has room for. */
  readonly reserved: number | undefined;
}

const memoryMb: Readonly<Record<FunctionKind, number>> = {
  watch: 256,
  operate: 256,
  read: 256,
  probe: 256,
};

/** The size of one function of the environment: of watch, of operate, or of each probe. */
export function sizeOf(
  config: Pick<Config, 'reservedConcurrency' | 'pairs'>,
  kind: FunctionKind,
): FunctionSize {
  const reserved = config.reservedConcurrency ? reservedFor(kind, config.pairs.length) : undefined;
  return { memoryMb: memoryMb[kind], reserved };
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
