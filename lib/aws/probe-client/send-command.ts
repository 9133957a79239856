/** Commands through the probe functions: each vantage in turn, until one can say what came of it. */
import type { Pair } from '../../core/config/config.ts';
import type {
  ProbeAnswer,
  ProbeCredentials,
  ProbeFailed,
  ProbeRequest,
  ProbeRequestOf,
} from '../../probe/protocol.ts';
import { PortError, type PortErrorKind } from '../../watch/ports/port-error.ts';
import type { DatabaseProbeProps } from './database.ts';
import { type Invoked, invokeProbe } from './invoke.ts';

export type CommandKind = Exclude<ProbeRequest['kind'], 'look'>;

/** What every command carries. */
export interface CommandFields<Kind extends CommandKind> {
  readonly kind: Kind;
  readonly pair: string;
  readonly port: number;
  readonly credentials: ProbeCredentials;
  readonly limitMs: number;
}

/** Which command, and which vantage begins. */
export interface CommandOrder<Kind extends CommandKind> {
  readonly kind: Kind;
  readonly pair: Pair;
  readonly limitMs: number;
  /** The place of the vantage that is tried first. */
  readonly first: number;
}

/** How much earlier than usual the answer to a first half is given up. Milliseconds. */
const HALF_MARGIN_MS = 1000;

/** With less time than this left, no further vantage is tried. Milliseconds. */
const ATTEMPT_MS_MIN = 250;

/**
 * Commands whose answer is worth the same when they are asked again: `catch-up`, `verify`, `inspect`, `examine`, `replica` and `feeds` change nothing,
 * and a node that the first `open`, `attach` or `replicate` has reached is open, attached, or replicates, as was wanted. A second `close` or `detach` would
 * change nothing either, but its answer would be wrong: it could not tell what the first had found, and an undo relies on
 * that (`wasWritable`, `was`).
 */
const repeatable: ReadonlySet<CommandKind> = new Set([
  'catch-up',
  'verify',
  'inspect',
  'examine',
  'replica',
  'feeds',
  'open',
  'attach',
  'reconnect',
  'replicate',
]);
/** Of those, the ones whose first try gets only a part of the time, so that there is some left for another. */
const halved: ReadonlySet<CommandKind> = new Set([
  'open',
  'attach',
  'reconnect',
  'replicate',
  'inspect',
  'examine',
  'replica',
  'feeds',
]);

/**
 * Gives the command to the vantages in turn, beginning with the `first`. Throws a PortError: `timeout` as soon as it may
 * have taken effect without an answer, unless it is asked again; `denied`, `throttled` or `unsuccessful`, with what each
 * vantage said, when it surely has not.
 */
export async function command<Kind extends CommandKind>(
  props: DatabaseProbeProps,
  { kind, pair, limitMs, first }: CommandOrder<Kind>,
  make: (fields: CommandFields<Kind>) => ProbeRequestOf<Kind>,
): Promise<ProbeAnswer<Kind>> {
  const startedAtMs = props.clock.nowMs();
  const credentials = (await props.credentials.read(pair)).expose();
  const misses: PortError[] = [];
  const vantages = rotated(Object.entries(props.functions), first);
  // The last vantage has all the time that is left. With one vantage alone, it is asked twice.
  const turns = vantages.length === 1 && halved.has(kind) ? [...vantages, ...vantages] : vantages;
  for (const [index, [vantage, functionName]] of turns.entries()) {
    const leftMs = limitMs - (props.clock.nowMs() - startedAtMs);
    if (misses.length > 0 && leftMs < ATTEMPT_MS_MIN) break;
    const share = halved.has(kind) && index < turns.length - 1 ? 2 : 1;
    const fields = { kind, pair: pair.name, port: pair.port, credentials, limitMs: leftMs / share };
    // A half must leave time: what is waited for beyond it is taken from the other half's margin.
    const waitMs = share === 1 ? leftMs : Math.max(0, leftMs / share - HALF_MARGIN_MS);
    const invoked = await invokeProbe<Kind>(props.lambda, functionName, make(fields), waitMs);
    if (invoked.kind === 'answer') return invoked.answer;
    const miss = new PortError(missKind(invoked), `${kind} from ${vantage}: ${invoked.because}`);
    if (invoked.kind === 'failed' && invoked.failure === 'locked-out') props.credentials.drop(pair.name);
    if (!mayTryElsewhere(kind, invoked)) throw miss;
    misses.push(miss);
  }
  throw allMissed(misses, pair);
}

/** The list, beginning with the element at `first` (counted round and round). */
function rotated<T>(list: readonly T[], first: number): readonly T[] {
  const start = first % Math.max(1, list.length);
  return [...list.slice(start), ...list.slice(0, start)];
}

type Missed = Exclude<Invoked<ProbeRequest['kind']>, { readonly kind: 'answer' }>;

/**
 * Another vantage may do better where this one cannot have changed anything, or where being asked again does no harm.
 */
function mayTryElsewhere(kind: CommandKind, missed: Missed): boolean {
  if (missed.kind === 'undelivered') return true;
  if (missed.kind === 'lost') return repeatable.has(kind);
  switch (missed.failure) {
    case 'unreachable':
      return true;
    case 'timeout':
      return repeatable.has(kind);
    case 'locked-out':
    case 'saturated':
    case 'unsuccessful':
      return false;
  }
}

function missKind(missed: Missed): PortErrorKind {
  switch (missed.kind) {
    case 'undelivered':
      return missed.denied ? 'denied' : 'throttled';
    case 'lost':
      return 'timeout';
    case 'failed':
      return failureKind(missed);
  }
}

function failureKind({ failure }: ProbeFailed): PortErrorKind {
  switch (failure) {
    case 'locked-out':
      return 'denied';
    case 'saturated':
      return 'throttled';
    case 'timeout':
      return 'timeout';
    case 'unreachable':
    case 'unsuccessful':
      return 'unsuccessful';
  }
}

/** One error for all vantages. The most open conclusion wins: one `timeout` among them is a `timeout`. */
function allMissed(misses: readonly PortError[], pair: Pair): PortError {
  const order: readonly PortErrorKind[] = ['timeout', 'unsuccessful', 'throttled', 'denied'];
  const kind = order.find((candidate) => misses.some((miss) => miss.kind === candidate)) ?? 'throttled';
  const text = misses.map((miss) => miss.message).join('; ');
  return new PortError(kind, text || `no time was left to give ${pair.name} a command`);
}
