/** A simulated world for tests of the simulator itself: no faults but those that the test makes. */
import type { EventCode } from '../../lib/core/alert/events.ts';
import type { Pair } from '../../lib/core/config/config.ts';
import { allSafeguards, type Safeguards } from '../../lib/core/decision/safeguards.ts';
import type { Ports } from '../../lib/watch/ports/ports.ts';
import { Deaths } from '../../sim/deaths.ts';
import { drawEnvironment, nodeNames } from '../../sim/environments.ts';
import { openCourt, type Session } from '../../sim/invariants/index.ts';
import type { Call, Observer } from '../../sim/observer.ts';
import { createPorts } from '../../sim/ports/index.ts';
import { Process } from '../../sim/process.ts';
import { Random } from '../../sim/random.ts';
import { Story } from '../../sim/story.ts';
import { Timeline } from '../../sim/time.ts';
import type { ChannelHabits } from '../../sim/world/link.ts';
import { SimWorld } from '../../sim/world/world.ts';

export interface StageProps {
  readonly pair?: Partial<Pair>;
  readonly gtid?: boolean;
  readonly semiSyncTimeoutMs?: number;
  /** @default 0.5 s between two tries, and 4 s until a dead connection is noticed */
  readonly habits?: ChannelHabits;
  readonly vantages?: readonly string[];
  readonly safeguards?: Safeguards;
  /** The environment file has the ENIs of the two nodes exchanged. @default false */
  readonly isMisconfigured?: boolean;
  /** How far the clocks of the two processes are off. @default neither is */
  readonly clocksOffMs?: readonly [number, number];
  /** Of other stages, whose worlds share its time. @default its own */
  readonly timeline?: Timeline;
}

/** The world, two processes with ports on it, a court that listens, and what was called. */
export interface Stage {
  readonly world: SimWorld;
  readonly timeline: Timeline;
  readonly pair: Pair;
  readonly one: Ports;
  readonly other: Ports;
  readonly processes: readonly [Process, Process];
  readonly deaths: Deaths;
  readonly session: Session;
  readonly calls: readonly Call[];
  /** The codes of the alerts that SNS took. */
  readonly published: readonly EventCode[];
  /** Runs the world on until the work is done. */
  settle<T>(work: Promise<T>): Promise<T>;
  /** Runs the world on for a while. */
  pass(forMs: number): Promise<void>;
}

/** db1 holds the VIP and takes writes, db2 follows; every call is answered in a moment. */
export function setStage(props: StageProps = {}): Stage {
  const timeline = props.timeline ?? new Timeline();
  const random = new Random(1);
  const [drawn] = drawEnvironment(new Random(7)).pairs;
  if (drawn === undefined) throw new Error('an environment has a pair');
  const pair: Pair = { ...drawn, writability: 'managed', quarantineGroup: 'sg-0dead0000', ...props.pair };
  const world = new SimWorld(
    {
      pair,
      vantages: props.vantages ?? ['a', 'b'],
      holder: nodeNames[0],
      gtid: props.gtid ?? true,
      semiSyncTimeoutMs: props.semiSyncTimeoutMs ?? null,
      habits: props.habits ?? { retryMs: 500, netTimeoutMs: 4000 },
      checksEpoch: true,
    },
    timeline,
    random,
    new Story(timeline, false),
  );
  world.cloud.exchanged = props.isMisconfigured ?? false;
  const session = openCourt({
    world,
    clockSpreadMs: 0,
    crew: { isManned: () => true, attendedSinceMs: () => 0 },
    isNoise: false,
    isMisconfigured: props.isMisconfigured ?? false,
  });
  const calls: Call[] = [];
  const published: EventCode[] = [];
  const observer: Observer = {
    ...session.observer,
    acting: (call) => {
      calls.push(call);
      session.observer.acting(call);
    },
    published: (alert) => {
      published.push(alert.code);
      session.observer.published(alert);
    },
  };
  const deaths = new Deaths(() => {});
  const [ofOneMs, ofOtherMs] = props.clocksOffMs ?? [0, 0];
  const processes = [
    newProcess('watch-1', timeline, ofOneMs),
    newProcess('watch-2', timeline, ofOtherMs),
  ] as const;
  const safeguards = props.safeguards ?? allSafeguards;
  const portsOf = (process: Process) =>
    createPorts({ world, process, observer, deaths, safeguards, random: new Random(2) });
  return {
    world,
    timeline,
    pair,
    one: portsOf(processes[0]),
    other: portsOf(processes[1]),
    processes,
    deaths,
    session,
    calls,
    published,
    settle: (work) => settle(timeline, work),
    pass: (forMs) => pass(timeline, forMs),
  };
}

function newProcess(name: string, timeline: Timeline, offsetMs: number): Process {
  return new Process(name, timeline, new Random(3), { offsetMs, drift: 0 });
}

async function settle<T>(timeline: Timeline, work: Promise<T>): Promise<T> {
  let settled = false;
  const done = () => {
    settled = true;
  };
  work.then(done, done);
  while (!settled) await pass(timeline, 20);
  return work;
}

function pass(timeline: Timeline, forMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        timeline.run(timeline.nowMs + forMs, () => true);
        resolve();
      } catch (error) {
        reject(error);
      }
    });
  });
}
