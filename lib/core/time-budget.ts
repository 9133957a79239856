/**
 * The times that depend on each other, and how: `relations` is asserted by `test/core/time-budget.test.ts`. Milliseconds.
 *
 * A leader may change the world while the lease has `ACT_MARGIN_MS` left. What it began can take effect after the lease is
 * somebody else's; what makes that safe is that the next leader waits it out, or that a late effect does no harm. Each
 * relation says which of the two it is.
 */

/** How long its holder takes a lease for its own after it was renewed. */
export const LEASE_LIFE_MS = 6000;
/** How often its holder renews it. */
export const RENEW_EVERY_MS = 1000;
/** How soon a renewal that failed is tried again. */
export const RETRY_RENEWAL_MS = 300;
/** How often a contender looks at it. */
export const CONTEND_EVERY_MS = 500;
/** No change of the world begins with less of the lease left than this. */
export const ACT_MARGIN_MS = 3000;
/**
 * How long a contender sees the lease stand still before it takes it. Shorter than its life: in the rest of it its holder begins
 * no change, and once it is taken the holder can neither renew it nor store anything.
 */
export const TAKE_AFTER_MS = 3500;
/** By then a change has taken effect, or was given up: its way to AWS or a node, and what AWS makes of it later. */
export const LANDS_MS = 6000;
/** A call that takes the lease has taken effect by then, or never does. */
export const TAKING_MS = 3000;
/**
 * How long a new leader waits for calls of the one before: only for a pair with a plan in flight, or with one that has failed
 * (`mayHaveLeftCalls`).
 */
export const WAIT_OUT_MS = 5500;

/** How long a TCP and TLS connection to AWS may take. */
export const CONNECTION_LIMIT_MS = 1000;
/** How long one attempt of a call to AWS may take. */
export const REQUEST_LIMIT_MS = 3000;
/** The same for the store, which answers in a few milliseconds. */
export const STORE_REQUEST_LIMIT_MS = 1000;
/** Two attempts at the store, and the pause between them. */
export const STORE_LIMIT_MS = 2 * STORE_REQUEST_LIMIT_MS + 500;
/** What an invocation of a probe may take beyond the time that the probe itself may. */
export const INVOKE_MARGIN_MS = 2000;

/** How long one statement on a node may take, from the probe's own view. */
export const STATEMENT_LIMIT_MS = 2500;
/** How long a host's document may run. */
export const DOCUMENT_LIMIT_MS = 25_000;

/** How long a chain replica may take to follow another source: it applies first what it has. */
export const REPOINT_LIMIT_MS = 20_000;

/** How long one invocation of watch leads or contends: with a hot spare, and with a cold one. */
export const WATCH_MS = 120_000;
export const WATCH_COLD_MS = 70_000;
/** What a plan in progress has to come to a cut before Lambda ends that invocation. */
export const WATCH_GRACE_MS = 30_000;
/** How long an invocation works, by `Config.spare`. */
export function watchMsOf(spare: 'hot' | 'cold'): number {
  return spare === 'hot' ? WATCH_MS : WATCH_COLD_MS;
}

/** How often the next invocation of watch begins. */
export const WATCH_EVERY_MS = 60_000;
/** What `operate` keeps back to withdraw an order and to answer. */
export const OPERATE_GRACE_MS = 10_000;
/** How long one invocation of `operate` may take. */
export const OPERATE_LIFE_MS = 120_000;
/** How long one invocation of a probe may take. */
export const PROBE_LIFE_MS = 60_000;
/** How often a leader gives each pair an input, whatever else happens. */
export const TICK_EVERY_MS = 1000;
/** A leader to which nothing happened for this long was frozen: what it saw before says nothing of now. */
export const SEEN_LIFE_MS = 3000;
/** The longest that a look may be held, and the longest limit of one look: settings beyond are refused. */
export const HOLD_MAX_MS = 20_000;
export const LOOK_LIMIT_MAX_MS = 5000;

/** An operator's order that waits longer than this is refused. */
export const ORDER_LIFE_MS = 60_000;
/**
 * An order that a look alone would refuse waits this long for the next ones to confirm what it showed, or take it back; and one
 * that comes while two nodes take writes, for the second to be closed.
 */
export const ORDER_SETTLES_MS = 5000;

/** The most that two clocks differ over a time, each being off by 300 millionths. */
function driftOf(ms: number): number {
  return (2 * 300 * ms) / 1_000_000;
}

/** One relation: the smaller, the larger, and why. */
export type Relation = readonly [smallerMs: number, largerMs: number, because: string];

/** In each, the first is at most the second. */
export const relations: readonly Relation[] = [
  [
    RENEW_EVERY_MS + STORE_LIMIT_MS,
    LEASE_LIFE_MS,
    'a renewal that needs both of its attempts comes before its holder gives the lease up',
  ],
  [
    RENEW_EVERY_MS + RETRY_RENEWAL_MS,
    LEASE_LIFE_MS - ACT_MARGIN_MS,
    'one renewal that fails at once and is tried again does not keep the leader from acting',
  ],
  [
    RENEW_EVERY_MS + STORE_LIMIT_MS,
    TAKE_AFTER_MS,
    'a renewal that needs both of its attempts comes before a contender takes the lease',
  ],
  [
    LEASE_LIFE_MS - ACT_MARGIN_MS + driftOf(LEASE_LIFE_MS),
    TAKE_AFTER_MS,
    "no change begins under a lease that may be somebody else's: a contender counts from a moment after the renewal was sent",
  ],
  [
    LEASE_LIFE_MS - ACT_MARGIN_MS + LANDS_MS,
    TAKE_AFTER_MS + WAIT_OUT_MS,
    'what was begun in the last moment of a lease has landed before the next leader changes a pair with a plan in flight',
  ],
  [
    REQUEST_LIMIT_MS,
    ACT_MARGIN_MS,
    'a change of AWS that was begun under the lease is answered, or given up, before its holder gives it up',
  ],
  [
    STATEMENT_LIMIT_MS,
    ACT_MARGIN_MS,
    'a statement on a node that was begun under the lease ends at the probe before its holder gives it up',
  ],
  [
    STATEMENT_LIMIT_MS + INVOKE_MARGIN_MS,
    LANDS_MS,
    'the answer to a statement may come after the lease is taken; the next leader does not act before that',
  ],
  [REQUEST_LIMIT_MS, TAKING_MS, 'a call that takes the lease is answered, or given up, before it counts'],
  [
    2 * REQUEST_LIMIT_MS,
    LANDS_MS,
    'what EC2 accepted from the leader before takes effect before the next one changes anything',
  ],
  [2 * TICK_EVERY_MS, SEEN_LIFE_MS, 'a leader whose tick comes a whole second late was not frozen'],
  [
    SEEN_LIFE_MS,
    LEASE_LIFE_MS - RENEW_EVERY_MS,
    'a leader that was frozen, and still has its lease, knows that it was frozen',
  ],
  [CONNECTION_LIMIT_MS, STORE_REQUEST_LIMIT_MS, 'an attempt at the store may have to connect first'],
  [CONTEND_EVERY_MS, TAKE_AFTER_MS / 2, 'a contender sees a lease stand still before it takes it'],
  [
    DOCUMENT_LIMIT_MS,
    WATCH_GRACE_MS,
    'a document that was begun under the lease ends before Lambda ends the leader; one that runs later does no harm, each looks before it acts',
  ],
  [
    REPOINT_LIMIT_MS + INVOKE_MARGIN_MS,
    WATCH_GRACE_MS,
    'a chain replica that was begun with under the lease is answered before Lambda ends the leader; one that is pointed later does no harm, it looks first whom it follows',
  ],
  [
    WATCH_EVERY_MS + LEASE_LIFE_MS,
    WATCH_COLD_MS,
    'the next watch contends before the one that leads is over, also when it starts late',
  ],
  [2 * WATCH_EVERY_MS, WATCH_MS, 'a hot spare is there until the next one has begun'],
  [
    HOLD_MAX_MS + 2 * LOOK_LIMIT_MAX_MS + INVOKE_MARGIN_MS,
    PROBE_LIFE_MS - HOLD_MAX_MS,
    'a held look is answered long before Lambda ends the probe that holds it',
  ],
  [
    ORDER_SETTLES_MS + LOOK_LIMIT_MAX_MS,
    ORDER_LIFE_MS,
    'an order that waits for a look to be confirmed is answered long before it expires',
  ],
  [
    ORDER_LIFE_MS + OPERATE_GRACE_MS,
    OPERATE_LIFE_MS,
    'operate is still there to answer when an order was waited for in vain',
  ],
];
