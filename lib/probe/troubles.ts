/**
 * What may be in the way of a server, read beside its details once a second: a lock on the whole server, an applier that
 * cannot go on, commits that wait for a replica, scheduled events.
 *
 * What changes slowly is read every half minute, and the process list only while something is stuck.
 */
import { comparePlaces } from '../core/evidence/log-place.ts';
import type { ScheduledEvents, SemiSync, Session } from '../core/evidence/sighting.ts';
import type { Channel } from './channel-rows.ts';
import type { StatusRow } from './columns.ts';
import type { MysqlLink } from './connection.ts';
import { type Counters, semiSyncValue, valuesOf } from './counter-rows.ts';
import { MysqlFailure, sawOf } from './errors.ts';
import { idsOf, obstacleOf } from './hang-cause.ts';
import { isGlobalLock, isInstanceLock, type Locker, lockerOf, sessionOfLocker } from './lock-owner.ts';
import { type ProcessRow, readProcessRow } from './sessions.ts';
import { nowMs } from './waiting.ts';

export interface Troubles {
  readonly semiSync: SemiSync | null;
  readonly events: ScheduledEvents | null;
  readonly globalLock: Session | null;
  readonly applierBlocked: string | null;
  /** They were read before, so what shows between two readings alone is known. */
  readonly areCompared: boolean;
}

export const noTroubles: Troubles = {
  semiSync: null,
  events: null,
  globalLock: null,
  applierBlocked: null,
  areCompared: false,
};

/** How often what changes slowly is read. Milliseconds. */
const SLOW_MS = 30_000;
/** The same while commits wait for an acknowledgement. Milliseconds. */
const WAITING_MS = 1000;

/** Variables and events of a server: what a person set up. */
interface SetUp {
  readonly semiSyncTimeoutMs: number | null;
  readonly events: ScheduledEvents | null;
}

/** Reads them again and again on the connection of the details; it remembers what it read before. */
export class TroubleReader {
  #setUp: SetUp = { semiSyncTimeoutMs: null, events: null };
  #setUpAtMs = Number.NEGATIVE_INFINITY;
  #before: { readonly channel: Channel | null; readonly counters: Counters } | null = null;

  /** `channel` and `counters` are what was just read on the same connection. */
  async read(
    link: MysqlLink,
    channel: Channel | null,
    counters: Counters,
    isCaughtUp: boolean,
  ): Promise<Troubles> {
    const isNew = isSemiSyncNew(this.#setUp, counters);
    if (nowMs() - this.#setUpAtMs >= (isNew ? WAITING_MS : SLOW_MS)) {
      this.#setUp = await readSetUp(link);
      this.#setUpAtMs = nowMs();
    }
    const { semiSyncTimeoutMs: timeoutMs, events } = this.#setUp;
    const isStuck = !isCaughtUp && isStill(this.#before?.channel ?? null, channel);
    const waiting = isWaiting(this.#before?.counters ?? null, counters);
    const areCompared = this.#before !== null;
    this.#before = { channel, counters };
    return {
      ...(await readLocks(link, channel, isStuck)),
      semiSync: timeoutMs === null ? null : { waiting, timeoutMs },
      events,
      areCompared,
    };
  }
}

/** It was switched on since, or sessions wait now, and its limit decides whether the server counts as stuck. */
function isSemiSyncNew({ semiSyncTimeoutMs }: SetUp, { semiSync }: Counters): boolean {
  if (semiSync === null || !semiSync.on) return false;
  return semiSyncTimeoutMs === null || semiSync.waiting > 0;
}

/** The applier runs, and has applied nothing since it was last read. */
function isStill(before: Channel | null, now: Channel | null): boolean {
  if (before === null || now?.sql !== 'yes' || before.name !== now.name) return false;
  return comparePlaces(before.applied, now.applied) === 0 && before.applied.gtid === now.applied.gtid;
}

/**
 * A busy source has sessions that wait at every moment. It is held up only if no transaction was acknowledged in
 * between.
 */
function isWaiting(before: Counters | null, { semiSync }: Counters): boolean {
  if (semiSync === null || !semiSync.on || semiSync.waiting === 0 || !before?.semiSync) return false;
  return before.semiSync.waiting > 0 && before.semiSync.acknowledged === semiSync.acknowledged;
}

async function readLocks(
  link: MysqlLink,
  channel: Channel | null,
  isStuck: boolean,
): Promise<Pick<Troubles, 'globalLock' | 'applierBlocked'>> {
  const again = { query: link.queryAgain, isGone: link.isGone };
  const ids = [...(await idsOf(again, link.dialect.globalLocks, []))];
  if (ids.length === 0 && !isStuck) return { globalLock: null, applierBlocked: null };
  const processes = (await link.queryWithoutLimit('SHOW FULL PROCESSLIST', [])).map(readProcessRow);
  // Every backup of MySQL 8 holds this lock: it is a problem only for an applier that waits for it.
  const isWaitedFor = isStuck && processes.some(({ state }) => isInstanceLock(state));
  if (isWaitedFor) ids.push(...(await idsOf(link, link.dialect.instanceLocks, [])));
  return locksOf(processes, ids, isStuck ? (channel?.sqlState ?? '') : null, link.id);
}

/** `sqlState` is null while the applier is not stuck. `ids` are sessions known to hold a global lock. */
export function locksOf(
  processes: readonly ProcessRow[],
  ids: readonly number[],
  sqlState: string | null,
  ownId: number,
): Pick<Troubles, 'globalLock' | 'applierBlocked'> {
  const known = processes.find(({ id }) => ids.includes(id)) ?? null;
  const threads = processes.filter(({ user }) => user === 'system user').map(({ state }) => state);
  const states = sqlState === null ? [] : [sqlState, ...threads];
  const obstacle = states.map(obstacleOf).find((state) => state !== null) ?? null;
  const user = processes.find(({ id }) => id === ownId)?.user ?? '';
  const isGlobal = obstacle !== null && isGlobalLock(obstacle);
  const waited = isGlobal ? lockerOf(processes, { id: ownId, user }) : null;
  const locker: Locker | null = known === null ? waited : { process: known, isCertain: true };
  const held = isGlobal && locker !== null ? `, ${heldBy(locker)}` : '';
  return {
    globalLock: locker === null ? null : sessionOfLocker(locker),
    applierBlocked: obstacle === null ? null : `${obstacle}${held}`,
  };
}

function heldBy({ process: { id, user }, isCertain }: Locker): string {
  return `${isCertain ? 'held' : 'likely held'} by session ${id} of ${user}`;
}

async function readSetUp(link: MysqlLink): Promise<SetUp> {
  const variables = valuesOf(await link.queryWithoutLimit(link.dialect.setUp, []));
  const isOn = ['ON', '1'].includes(semiSyncValue(variables, 'enabled')?.toUpperCase() ?? '');
  return {
    semiSyncTimeoutMs: isOn ? Number(semiSyncValue(variables, 'timeout')) : null,
    events: await readEvents(link, variables.get('event_scheduler') ?? ''),
  };
}

/** Null where our account may not see them. */
async function readEvents(link: MysqlLink, scheduler: string): Promise<ScheduledEvents | null> {
  const rows = await link
    .queryWithoutLimit(link.dialect.events, [])
    .catch((error: unknown): readonly StatusRow[] => {
      if (error instanceof MysqlFailure && sawOf(error).kind === 'locked-out') return [];
      throw error;
    });
  return eventsOf(rows, scheduler);
}

/** The row of `Dialect.events`, and the variable `event_scheduler`; null where there is no row. */
export function eventsOf([row]: readonly StatusRow[], scheduler: string): ScheduledEvents | null {
  if (row === undefined) return null;
  return {
    scheduler: scheduler.toUpperCase() === 'ON' ? 'on' : 'off',
    enabled: Number(row.enabled ?? 0),
    disabledOnReplica: Number(row.disabled_on_replica ?? 0),
  };
}
