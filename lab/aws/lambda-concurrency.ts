/**
 * The account's pool of concurrency. A reservation is taken out of it, and is also the most that its function gets;
 * all other functions, and all that runs beside them in the account, share what is left.
 */
import { ApiError } from './api.ts';

/** What the account has by default, and what AWS keeps unreserved of it. */
export const defaultConcurrency = 1000;
export const LEAST_UNRESERVED = 100;

/** One function of the pool: what it has reserved, and how many of its invocations run now. */
export interface Occupant {
  readonly name: string;
  readonly reserved: number | undefined;
  readonly running: number;
}

export interface Pool {
  readonly limit: number;
  readonly occupants: readonly Occupant[];
  /** What runs of other functions in the account, none of which has a reservation. */
  readonly others: number;
}

/** Why there is no room for one more invocation, in AWS's own words; null when there is. */
export type NoRoom =
  | 'ReservedFunctionConcurrentInvocationLimitExceeded'
  | 'ConcurrentInvocationLimitExceeded';

/** What all functions without a reservation share. */
export function unreservedOf({ limit, occupants }: Omit<Pool, 'others'>): number {
  return limit - occupants.reduce((sum, { reserved = 0 }) => sum + reserved, 0);
}

/** Whether one more invocation of the function finds room. Throws for a function that is not in the pool. */
export function whyNoRoom(pool: Pool, name: string): NoRoom | null {
  const own = pool.occupants.find((occupant) => occupant.name === name);
  if (!own) throw new Error(`${name} is not in the pool`);
  if (own.reserved !== undefined) {
    return own.running < own.reserved ? null : 'ReservedFunctionConcurrentInvocationLimitExceeded';
  }
  const sharing = pool.occupants.filter(({ reserved }) => reserved === undefined);
  const running = sharing.reduce((sum, occupant) => sum + occupant.running, pool.others);
  return running < unreservedOf(pool) ? null : 'ConcurrentInvocationLimitExceeded';
}

/** Throws where the reservations leave less than AWS insists on, as it does when they are asked for. */
export function expectUnreserved(pool: Omit<Pool, 'others'>): void {
  const left = unreservedOf(pool);
  const reserves = pool.occupants.some(({ reserved }) => reserved !== undefined);
  if (!reserves || left >= LEAST_UNRESERVED) return;
  throw new ApiError(
    'InvalidParameterValueException',
    `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${LEAST_UNRESERVED}].`,
  );
}

/** The answer to an invocation that finds no room. */
export class TooManyRequests extends ApiError {
  readonly reason: NoRoom;

  constructor(reason: NoRoom) {
    super('TooManyRequestsException', 'Rate Exceeded.', 429);
    this.reason = reason;
  }
}
