/** One history: ten simulated minutes of the real core and watch in a world with faults, from one seed. */
import type { Detection } from '../lib/core/config/settings.ts';
import type { Safeguards } from '../lib/core/decision/safeguards.ts';
import type { HistoryEntry } from '../lib/watch/ports/store.ts';
import { Crew } from './crew.ts';
import { Deaths } from './deaths.ts';
import { drawEnvironment, drawServers, nodeNames } from './environments.ts';
import { drawAdministration } from './faults/administration.ts';
import { drawWork } from './faults/aside.ts';
import { strike } from './faults/breakages.ts';
import { nameOf, renderFault, type SimFault } from './faults/fault.ts';
import { drawHandovers } from './faults/handovers.ts';
import { drawNoise } from './faults/noise.ts';
import { drawFaults } from './faults/schedule.ts';
import { drawStatusHangs } from './faults/status.ts';
import { Handovers } from './handovers.ts';
import type { Violation } from './invariants/court.ts';
import { openCourt } from './invariants/index.ts';
import type { Observer } from './observer.ts';
import { Random } from './random.ts';
import { Story } from './story.ts';
import { emptyTally, type Tally, tallying } from './tally.ts';
import { Timeline } from './time.ts';
import { SimWorld } from './world/world.ts';

/** How long a history lasts. Milliseconds. */
export const historyMs = 600_000;
/** To make one step in so many again costs about one percent. */
const REPLAY_EVERY = 251;

export interface HistoryProps {
  readonly seed: number;
  readonly safeguards: Safeguards;
  /** Nothing but noise, and nothing may move. @default false */
  readonly isNoise?: boolean | undefined;
  /** The preset by which the pair is judged. @default 'normal' */
  readonly detection?: Detection | undefined;
  /** Instead of those that the seed gives: fewer, to find out which of them matter. */
  readonly faults?: readonly SimFault[];
  readonly tellsStory?: boolean;
  /** Every so many steps of a pair, one is made again from its printed state. @default 251 */
  readonly replayEvery?: number;
}

export interface History {
  readonly seed: number;
  readonly faults: readonly SimFault[];
  readonly violation: Violation | null;
  readonly tally: Tally;
  readonly events: number;
  readonly story: readonly string[];
  /** What was written to the pair's history, the oldest first. */
  readonly rows: readonly HistoryEntry[];
}

/** Runs one history to its end, or to its first violation. Must be called from a macrotask (`runOutside`). */
export function runHistory(props: HistoryProps): History {
  const { seed, safeguards, isNoise = false, detection, tellsStory = false, ...given } = props;
  const random = new Random(seed);
  const timeline = new Timeline();
  const story = new Story(timeline, tellsStory);
  const world = createWorld(random.fork(), timeline, story, { checksEpoch: safeguards.epoch, detection });
  // Drawn in any case, so that chance is the same for the same seed with fewer faults.
  const drawn = (isNoise ? drawNoise : drawFaults)(random.fork());
  if (!isNoise) drawn.push(...drawWork(seed), ...drawAdministration(seed), ...drawStatusHangs(seed));
  if (!isNoise) drawn.push(...drawHandovers(seed, drawn));
  const faults = given.faults ?? drawn;
  const tally = emptyTally();
  const deaths = new Deaths(({ company }) => {
    for (const breakage of company) strike(world.world, breakage);
  });
  const handovers = new Handovers(timeline, (due) => crew.handOver(due));
  const crewRandom = random.fork();
  const skewMs = crewRandom.pick([100, 2000, 2000, 10_000]);
  const session = openCourt({
    world: world.world,
    clockSpreadMs: 2 * skewMs + 500,
    crew: {
      isManned: () => crew.isManned(),
      attendedSinceMs: () => crew.attendedSinceMs(),
    },
    isNoise,
    isMisconfigured: faults.some((fault) => nameOf(fault) === 'enis-exchanged'),
  });
  const observer: Observer = handovers.watching(tallying(session.observer, tally, world.world));
  const crew = new Crew({
    world: world.world,
    observer,
    deaths,
    safeguards,
    config: world.config,
    random: crewRandom,
    skewMs,
    replayEvery: given.replayEvery ?? REPLAY_EVERY,
  });
  tally.skewMs = skewMs;
  for (const fault of faults) timeline.at(fault.atMs, () => befall(fault));
  const befall = (fault: SimFault) => {
    tally.faults++;
    const name = nameOf(fault);
    tally.faultsOf.set(name, (tally.faultsOf.get(name) ?? 0) + 1);
    if (story.on) story.tell(`fault: ${renderFault(fault)}`);
    switch (fault.kind) {
      case 'breakage':
        if (fault.name === 'standby-writable' || fault.name === 'holder-read-only') {
          for (const { name } of world.world.masters) session.court.meddle(name);
        }
        return strike(world.world, fault);
      case 'mishap':
        return crew.befall(fault);
      case 'death':
        return deaths.arm(fault.death);
      case 'handover':
        return handovers.arm(fault);
      case 'operator':
        return crew.ask(fault);
    }
  };
  crew.schedule();
  timeline.run(historyMs, () => session.court.violation === null && crew.failure === null);
  if (crew.failure !== null) throw new Error(`seed ${seed}: watch rejected`, { cause: crew.failure });
  if (session.court.violation === null) session.end();
  tally.deaths = deaths.struck;
  const { violation } = session.court;
  if (violation !== null && story.on)
    story.tell(`VIOLATION of invariant ${violation.invariant}: ${violation.saw}`);
  const rows = world.world.table.entries.toSorted((one, other) => one.atMs - other.atMs);
  return { seed, faults, violation, tally, events: timeline.events, story: story.lines, rows };
}

function createWorld(
  random: Random,
  timeline: Timeline,
  story: Story,
  { checksEpoch, detection }: { readonly checksEpoch: boolean; readonly detection: Detection | undefined },
) {
  const config = drawEnvironment(random, detection);
  const [pair] = config.pairs;
  if (pair === undefined) throw new Error('a simulated environment has one pair');
  const props = {
    pair,
    vantages: config.vantages,
    holder: random.pick(nodeNames),
    gtid: random.chance(0.5),
    checksEpoch,
    ...drawServers(random),
    habits: { retryMs: random.pick([500, 2000, 10_000]), netTimeoutMs: random.pick([4000, 20_000, 60_000]) },
  };
  if (story.on) story.tell(`${JSON.stringify({ ...props, pair: pair.name })} ${JSON.stringify(pair)}`);
  return { config, world: new SimWorld(props, timeline, random.fork(), story) };
}
