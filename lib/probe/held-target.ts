/** The looks at the nodes of one pair while a held look lasts. */
import { fingerprint } from '../core/evidence/fingerprint.ts';
import type { Saw, Sighting } from '../core/evidence/sighting.ts';
import { hearsSource } from '../core/evidence/witness.ts';
import type { NodeName } from '../core/names.ts';
import { termsOf } from '../core/pair/look-order.ts';
import type { ProbeTarget } from './look-schemas.ts';
import type { NodeWatcher } from './node-watcher.ts';
import { type Alarm, afterReading, createBell, nowMs, pause } from './waiting.ts';

/**
 * How often a node is looked at again while the other one keeps an urgent look waiting: what it reports of a silence
 * must be as new as the silence. Milliseconds.
 */
const BESIDE_MS = 100;

/**
 * How long a holder may take to answer, and then to commit the heartbeat, until the standby is looked at at once. A
 * holder that is well takes less time. A disk that is merely slow delays a commit more than an answer. Milliseconds.
 *
 * Otherwise the looks at the standby lie between those at the holder, because what the standby heard last is known only
 * when it is looked at.
 */
const OVERDUE_MS = { answer: 20, commit: 200 } as const;

/**
 * While the witness's report is awaited: how long a look waits for the holder, whose answer counts in a later look too;
 * how often both nodes are looked at; and the shortest pause, when the witness will soon have been silent for long
 * enough. Milliseconds.
 */
const CLOSE = { limitMs: 30, everyMs: 100, leastMs: 5 } as const;

/** What a held look needs of the watcher of a node. */
export type LookedAt = Pick<NodeWatcher, 'look' | 'lost' | 'answeredLately'>;

export type WatcherOf = (target: ProbeTarget, node: NodeName) => LookedAt;

/** Why looks end: given, because the default reason is an error with a stack. */
export const OVER = 'over';

/** Says when the holder takes longer for an answer, or for a commit, than it does when it is well. */
class HolderWait {
  readonly #bell = createBell();
  #timer: NodeJS.Timeout | undefined;
  #isOverdue = false;

  /** Goes off when the holder becomes overdue. */
  get alarm(): Alarm {
    return this.#bell.alarm;
  }

  get isOverdue(): boolean {
    return this.#isOverdue;
  }

  /** A look at the holder begins. */
  begin(): void {
    this.#ringAfter(OVERDUE_MS.answer);
  }

  /** The holder has answered; its commit may still be under way. */
  answered(): void {
    clearTimeout(this.#timer);
    this.#ringAfter(OVERDUE_MS.commit);
  }

  /** The look at the holder is over. */
  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isOverdue = false;
  }

  #ringAfter(ms: number): void {
    const timer = setTimeout(() => {
      // While this process had no CPU, the holder may have answered. Else each pause of ours, and each burst of
      // looks at many pairs, would have the standbys read whole.
      afterReading(() => {
        if (this.#timer !== timer) return;
        this.#isOverdue = true;
        this.#bell.ring();
      });
    }, ms);
    this.#timer = timer;
  }
}

/** One pair under a held look. An urgent look (`isHeld` false) is over with this pair when both nodes were looked at. */
export class HeldTarget {
  readonly #target: ProbeTarget;
  readonly #isHeld: boolean;
  /** Aborted when every node was looked at once. */
  readonly #complete = new AbortController();
  /** Then no node is looked at again. */
  readonly #ended: AbortSignal;
  /** How long the witness must have heard nothing of the holder; null while its report is not awaited. */
  readonly #witnessMs: number | null;
  /** What the last look at each node saw. */
  readonly #latest = new Map<NodeName, Saw>();
  /** Every node answered a moment before this look began: it is the next one of a row of looks. */
  #goesOn = false;
  readonly #differs = Promise.withResolvers<void>();
  readonly #holderWait = new HolderWait();

  constructor(target: ProbeTarget, isHeld: boolean, allEnded: AbortSignal) {
    this.#target = target;
    this.#isHeld = isHeld;
    this.#ended = isHeld ? allEnded : AbortSignal.any([allEnded, this.#complete.signal]);
    this.#witnessMs = target.order.kind === 'close-up' ? target.order.witnessMs : null;
  }

  get pair(): string {
    return this.#target.pair;
  }

  /** What the last look at each node saw. */
  get sightings(): Sighting[] {
    return this.#target.nodes.flatMap(({ name }) => {
      const saw = this.#latest.get(name);
      return saw === undefined ? [] : [{ node: name, saw }];
    });
  }

  /** Resolves when the pair differs from `seen`. */
  get differs(): Promise<void> {
    return this.#differs.promise;
  }

  /** Begins to look at every node, again and again. Resolves when every node was looked at once. */
  start(watcherOf: WatcherOf): Promise<void> {
    const watchers = this.#target.nodes.map(({ name }) => ({ name, watcher: watcherOf(this.#target, name) }));
    this.#goesOn = this.#target.seen !== null && watchers.every(({ watcher }) => watcher.answeredLately);
    const first = watchers.map(({ name, watcher }) => {
      const alarms = this.#isHolder(name) ? [watcher.lost] : [watcher.lost, this.#holderWait.alarm];
      return keepLooking(() => this.#lookAt(name, watcher), alarms, this.#ended);
    });
    return Promise.all(first).then(() => this.#complete.abort(OVER));
  }

  /** One look. Says in how many milliseconds to look again. */
  async #lookAt(node: NodeName, watcher: LookedAt): Promise<number> {
    const isHolder = this.#isHolder(node);
    if (isHolder) this.#holderWait.begin();
    const what = await watcher.look(this.#limitMs(isHolder), {
      isHolder,
      writeProbe: this.#target.writeProbe,
      urgent: this.#isUrgent,
      onPulse: () => {
        if (isHolder) this.#holderWait.answered();
      },
    });
    if (isHolder) this.#holderWait.end();
    const isFirst = !this.#latest.has(node);
    if (!this.#ended.aborted) this.#note(node, what);
    if (this.#witnessMs !== null) return closeMs(what, this.#witnessMs);
    return isFirst && !isHolder ? this.#everyMs / 2 : this.#everyMs;
  }

  #note(node: NodeName, what: Saw): void {
    const { nodes, settings, order, seen } = this.#target;
    this.#latest.set(node, what);
    if (this.#latest.size < nodes.length) return;
    if (fingerprint(this.sightings, termsOf(settings, order)) !== seen) this.#differs.resolve();
  }

  #isHolder(node: NodeName): boolean {
    return this.#target.holder === node;
  }

  #limitMs(isHolder: boolean): number {
    const { lookLimitMs } = this.#target.settings;
    return this.#witnessMs !== null && isHolder ? Math.min(CLOSE.limitMs, lookLimitMs) : lookLimitMs;
  }

  get #everyMs(): number {
    const { lookIntervalMs } = this.#target.settings;
    return this.#isHeld ? lookIntervalMs : Math.min(BESIDE_MS, lookIntervalMs);
  }

  /** Something is suspected, or not known yet. */
  get #isUrgent(): boolean {
    return (
      !this.#isHeld ||
      this.#witnessMs !== null ||
      this.#holderWait.isOverdue ||
      (this.#latest.size < this.#target.nodes.length && !this.#goesOn) ||
      [...this.#latest.values()].some(({ kind }) => kind !== 'answered')
    );
  }
}

/**
 * When to look again while the witness's report is awaited: as soon as the witness may have been silent for
 * `witnessMs`.
 */
function closeMs(what: Saw, witnessMs: number): number {
  const inbound = what.kind === 'answered' ? what.server.inbound : null;
  if (inbound?.kind !== 'configured' || !hearsSource(inbound, witnessMs)) return CLOSE.everyMs;
  return Math.min(CLOSE.everyMs, Math.max(CLOSE.leastMs, witnessMs - (inbound.heardAgoMs ?? 0)));
}

/** Resolves after the first look, which says in how many milliseconds to look again; it goes on until `ended`. */
async function keepLooking(
  look: () => Promise<number>,
  alarms: readonly Alarm[],
  ended: AbortSignal,
): Promise<void> {
  let startMs = nowMs();
  let againMs = await look();
  const goOn = async () => {
    while (!ended.aborted) {
      await pause(startMs + againMs - nowMs(), ended, ...alarms);
      if (ended.aborted) return;
      startMs = nowMs();
      againMs = await look();
    }
  };
  void goOn();
}
