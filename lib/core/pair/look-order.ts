/** How a vantage is to look at a pair, and when: what core orders, and what the loops and the probe go by. */
import type { Settings } from '../config/config.ts';

export type LookOrder =
  /** The look stays open until it sees something new, for `forMs` at the most. */
  | { readonly kind: 'held'; readonly forMs: number }
  /**
   * A look that is answered at once, begun `afterMs` after the one before. A held look that is still open then gets
   * `graceMs` to end by itself.
   */
  | { readonly kind: 'soon'; readonly afterMs: number; readonly graceMs: number }
  /**
   * Both nodes are looked at again and again, until the standby's report on a silent holder runs out, which counts for
   * `witnessMs`, or the holder answers; for `forMs` at the most.
   */
  | { readonly kind: 'close-up'; readonly forMs: number; readonly witnessMs: number }
  /**
   * As `soon`, for a vantage that another one stands in for: its word is as old as its last look, so it is only ordered
   * where a word that is too old can do no harm but keep a failover waiting.
   */
  | { readonly kind: 'rest'; readonly afterMs: number }
  /** A look that is answered at once, in place of one that is under way: that one shows the pair as it was. */
  | { readonly kind: 'now' };

/** What the probe has to know of an order. When the look is due, it need not know. */
export type LookHold =
  | Extract<LookOrder, { kind: 'held' | 'close-up' | 'rest' }>
  | { readonly kind: 'soon' | 'now' };

/** A look that has begun. */
export interface Begun {
  readonly order: LookOrder;
  readonly atMs: number;
}

/** No vantage is asked more often than this, whatever it answers. Milliseconds. */
const LEAST_PACE_MS = 50;

/** The order for one look at several pairs: the most urgent one. Null where there is no pair. */
export function mostUrgent(orders: readonly LookOrder[]): LookOrder | null {
  return orders.reduce<LookOrder | null>(
    (most, order) => (most === null || isMoreUrgent(order, most) ? order : most),
    null,
  );
}

function isMoreUrgent(one: LookOrder, other: LookOrder): boolean {
  const [paceMs, otherMs] = [paceMsOf(one), paceMsOf(other)];
  return paceMs < otherMs || (paceMs === otherMs && holdMsOf([one]) < holdMsOf([other]));
}

/** Whether any vantage is to look sooner than it was to. */
export function isSooner(
  orders: Readonly<Record<string, LookOrder>>,
  before: Readonly<Record<string, LookOrder>>,
): boolean {
  return Object.entries(orders).some(([vantage, order]) => {
    const was = before[vantage];
    return was === undefined || paceMsOf(order) < paceMsOf(was);
  });
}

/** How often an order makes a vantage report. Milliseconds. */
function paceMsOf(order: LookOrder): number {
  switch (order.kind) {
    case 'now':
      return 0;
    case 'soon':
    case 'rest':
      return order.afterMs;
    case 'held':
    case 'close-up':
      return order.forMs;
  }
}

/**
 * For how long a look with these orders may stay open; 0: it is answered at once. What would rest alone is held beside
 * what is held. Milliseconds.
 */
export function holdMsOf(orders: readonly LookHold[]): number {
  if (orders.every(({ kind }) => kind === 'rest')) return 0;
  return Math.min(...orders.map(holdMsOfOne));
}

function holdMsOfOne(order: LookHold): number {
  switch (order.kind) {
    case 'held':
    case 'close-up':
      return order.forMs;
    case 'rest':
      return order.afterMs;
    case 'soon':
    case 'now':
      return 0;
  }
}

/** When the next look begins. One that was held has taken its time, so the next one follows at once. */
export function dueMs(order: LookOrder, last: Begun): number {
  return last.atMs + Math.max(LEAST_PACE_MS, pauseMsOf(order, last.order));
}

/** From the beginning of the last look on. Milliseconds. */
function pauseMsOf(order: LookOrder, last: LookOrder): number {
  switch (order.kind) {
    case 'soon':
      return holdMsOf([last]) === 0 ? order.afterMs : 0;
    case 'rest':
      return order.afterMs;
    case 'held':
    case 'close-up':
    case 'now':
      return 0;
  }
}

/** For how long an open look may still go on when this is ordered; null: until it ends by itself. Milliseconds. */
export function graceMsOf(order: LookOrder, open: LookOrder): number | null {
  switch (order.kind) {
    case 'now':
      return open.kind === 'now' ? null : 0;
    case 'soon':
      return open.kind === 'held' ? order.graceMs : null;
    case 'held':
    case 'close-up':
    case 'rest':
      return null;
  }
}

/** What fingerprints depend on while this is ordered. */
export function termsOf({ lagLimitSeconds }: Pick<Settings, 'lagLimitSeconds'>, order: LookHold) {
  return { lagLimitSeconds, witnessMs: order.kind === 'close-up' ? order.witnessMs : null };
}

/** Whether both ask for the same. */
export function isSameOrder(one: LookOrder, other: LookOrder): boolean {
  switch (one.kind) {
    case 'now':
      return other.kind === 'now';
    case 'soon':
      return other.kind === 'soon' && one.afterMs === other.afterMs && one.graceMs === other.graceMs;
    case 'rest':
      return other.kind === 'rest' && one.afterMs === other.afterMs;
    case 'held':
      return other.kind === 'held' && one.forMs === other.forMs;
    case 'close-up':
      return other.kind === 'close-up' && one.forMs === other.forMs && one.witnessMs === other.witnessMs;
  }
}
