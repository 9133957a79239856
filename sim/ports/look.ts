/**
 * Looks from a vantage, held or not, as the probe function makes them: every `lookIntervalMs`, at once when
 * the world changes in a way that a socket shows, answered early when what is seen has another fingerprint.
 */
import { fingerprint } from '../../lib/core/evidence/fingerprint.ts';
import type { Report, Sighting } from '../../lib/core/evidence/sighting.ts';
import type { NodeName, PairName, Vantage } from '../../lib/core/names.ts';
import { holdMsOf, termsOf } from '../../lib/core/pair/look-order.ts';
import type { LookTarget } from '../../lib/watch/ports/database.ts';
import { never } from '../process.ts';
import { isCalm, lookAt } from '../world/sight.ts';
import type { View } from '../world/view.ts';
import type { Context } from './context.ts';

type Reports = ReadonlyMap<PairName, Report>;

/** How long after a drop of a connection the probe has looked again. Milliseconds. */
const dropMs = 2;
/** While the witness's word is awaited: how often the probe looks, and how long it waits for the holder. Milliseconds. */
const close = { everyMs: 100, limitMs: 30 } as const;
/** After so long without a look, a probe throws away what it has kept. Milliseconds. */
const staleMs = 5000;
/** How long watch waits for a probe function beyond what it asked for. Milliseconds. */
const marginMs = 2000;

export function look(
  context: Context,
  vantage: Vantage,
  targets: readonly LookTarget[],
  signal?: AbortSignal,
): Promise<Reports> {
  const { process, world } = context;
  if (process.gone) return never();
  const view = world.views.get(vantage);
  const blind = (because: string) => blindReports(context, vantage, targets, because);
  if (view === undefined) return Promise.resolve(blind(`there is no probe function for ${vantage}`));
  if (signal?.aborted) return Promise.resolve(blind('the look was ended early'));
  if (view.blind === 'fails') {
    return process.send(40, 0, () => blind('the probe function failed'));
  }
  if (world.services.pool === 'dry') {
    // The client asks again twice before it gives up.
    return process.send(context.random.whole(200, 900), 0, () => blind('TooManyRequestsException'));
  }
  return new Promise((resolve) => {
    const held = new HeldLook(context, vantage, view, targets, resolve);
    const callOff = () => {
      held.leave();
      held.end(blind('the look was ended early'));
    };
    signal?.addEventListener('abort', callOff, { once: true });
  });
}

/** One look under way: from the invocation to its answer. */
class HeldLook {
  readonly #context: Context;
  readonly #vantage: Vantage;
  readonly #view: View;
  readonly #targets: readonly LookTarget[];
  readonly #resolve: (reports: Reports) => void;
  readonly #endMs: number;
  /** How often it looks. */
  readonly #everyMs: number;
  #over = false;
  #judging = false;
  #nextMs = 0;

  constructor(
    context: Context,
    vantage: Vantage,
    view: View,
    targets: readonly LookTarget[],
    resolve: (reports: Reports) => void,
  ) {
    this.#context = context;
    this.#vantage = vantage;
    this.#view = view;
    this.#targets = targets;
    this.#resolve = resolve;
    const { timeline } = context.world;
    if (timeline.nowMs - view.lookedMs > staleMs) view.beginAnew(timeline.nowMs, 0);
    const holdMs = holdMsOf(targets.map(({ order }) => order));
    this.#endMs = timeline.nowMs + holdMs;
    this.#everyMs = this.#awaitsWitness ? close.everyMs : context.world.pair.settings.lookIntervalMs;
    const wayMs = context.random.whole(8, 30);
    // In calm, a held look that has seen it all before sees nothing new until its end.
    const idle = holdMs > 0 && isCalm(context.world) && this.#hasSeenAll();
    this.#schedule(timeline.nowMs + (idle ? holdMs : wayMs));
    context.world.looks.add(this);
  }

  /** The world has changed: looks again, at once if sockets show it. */
  wake(): void {
    const { world, process } = this.#context;
    if (process.gone) world.looks.delete(this);
    else this.#schedule(world.nowMs + dropMs);
  }

  /** Nobody waits for it any more, and Lambda lets it go on to its end. */
  leave(): void {
    if (!this.#over) this.#view.heldUntilMs = Math.max(this.#view.heldUntilMs, this.#endMs);
  }

  /** Answers, once. */
  end(reports: Reports): void {
    if (this.#over) return;
    this.#over = true;
    const { world, observer } = this.#context;
    world.looks.delete(this);
    this.#view.lookedMs = world.nowMs;
    observer.looked();
    this.#context.process.receive(() => this.#resolve(reports));
  }

  #schedule(atMs: number): void {
    if (this.#nextMs > this.#context.world.nowMs && this.#nextMs <= atMs) return;
    this.#nextMs = atMs;
    this.#context.world.timeline.at(atMs, () => {
      if (this.#over || this.#judging || this.#nextMs !== atMs) return;
      this.#judge();
    });
  }

  /** One round: a master that does not answer takes its time limit, and may come back within it. */
  #judge(): void {
    const { world } = this.#context;
    if (this.#view.blind !== 'no') {
      this.#judging = true;
      world.timeline.at(this.#endMs + marginMs, () =>
        this.end(
          blindReports(this.#context, this.#vantage, this.#targets, 'the probe function gave no answer'),
        ),
      );
      return;
    }
    const sightings = this.#sightAll();
    const silent = sightings.filter(isSilent);
    if (silent.length === 0) {
      this.#conclude(sightings);
      return;
    }
    this.#judging = true;
    world.timeline.after(Math.max(...silent.map(({ node }) => this.#limitMsOf(node))), () => {
      this.#judging = false;
      if (this.#over) return;
      const late = this.#sightAll();
      const newest = (sighting: Sighting) => this.#awaitsWitness || isSilent(sighting);
      this.#conclude(
        sightings.map((sighting, index) => (newest(sighting) ? (late[index] ?? sighting) : sighting)),
      );
    });
  }

  #conclude(sightings: readonly Sighting[]): void {
    const { world, process } = this.#context;
    const { nowMs } = world;
    if (nowMs >= this.#endMs || this.#isNews(sightings)) {
      const report: Report = { kind: 'saw', vantage: this.#vantage, atMs: process.localMs(), sightings };
      this.end(new Map(this.#targets.map(({ pair }) => [pair.name, report])));
      return;
    }
    const nextMs = isCalm(world) ? this.#endMs : nowMs + this.#everyMs;
    this.#schedule(Math.min(nextMs, this.#endMs));
  }

  /** Whether watch has seen all that there is to see; asked again only when the world has changed. */
  #hasSeenAll(): boolean {
    const { version } = this.#context.world;
    const view = this.#view;
    const seen = this.#targets[0]?.seen ?? null;
    if (seen === null) return false;
    if (view.known?.seen === seen && view.known.version === version) return true;
    if (this.#isNews(this.#sightAll())) return false;
    view.known = { seen, version };
    return true;
  }

  #isNews(sightings: readonly Sighting[]): boolean {
    const { settings } = this.#context.world.pair;
    return this.#targets.some(({ seen, order }) => {
      return seen === null || seen !== fingerprint(sightings, termsOf(settings, order));
    });
  }

  /** How long it waits for a silent master. */
  #limitMsOf(node: NodeName): number {
    const { lookLimitMs } = this.#context.world.pair.settings;
    const isClose = this.#awaitsWitness && this.#targets[0]?.holder === node;
    return isClose ? Math.min(close.limitMs, lookLimitMs) : lookLimitMs;
  }

  get #awaitsWitness(): boolean {
    return this.#targets.some(({ order }) => order.kind === 'close-up');
  }

  #sightAll(): readonly Sighting[] {
    const { world } = this.#context;
    world.advance();
    const target = this.#targets[0];
    const by = { holder: target?.holder ?? null, writeProbe: target?.pair.writeProbe ?? false };
    return world.masters.map((master) => ({
      node: master.name,
      saw: lookAt(world, this.#view, master, by),
    }));
  }
}

function isSilent({ saw }: Sighting): boolean {
  return saw.kind === 'unanswered';
}

function blindReports(
  { process }: Context,
  vantage: Vantage,
  targets: readonly LookTarget[],
  because: string,
): Reports {
  const atMs = process.localMs();
  return new Map(targets.map(({ pair }) => [pair.name, { kind: 'blind', vantage, atMs, because }]));
}
