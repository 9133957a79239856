/** Our own processes in the simulated world: the watches that the schedule starts, and operators' calls. */
import type { Config } from '../lib/core/config/config.ts';
import { WATCH_EVERY_MS, watchMsOf } from '../lib/core/time-budget.ts';
import { operate } from '../lib/watch/operate.ts';
import type { Ports } from '../lib/watch/ports/ports.ts';
import { runWatch } from '../lib/watch/watch.ts';
import type { Asking, Handover, Mishap } from './faults/fault.ts';
import type { Asked } from './faults/requests.ts';
import type { Context } from './ports/context.ts';
import { createPorts } from './ports/index.ts';
import { Process, type Skew } from './process.ts';
import type { Random } from './random.ts';
import { fillRecord, leaveRecord } from './records.ts';
import { replayedStep } from './replay.ts';
import { asideOf, endWork, isWhole } from './world/copy.ts';
import type { SimWorld } from './world/world.ts';

/** Starting takes so much of the time for which a watch works; Lambda cuts it off soon after its end. Milliseconds. */
const startsForMs = 2000;
const cutAfterMs = 8000;
/** After a throttled invocation, Lambda tries again after so long. Milliseconds. */
const invokeAgainMs = [1000, 20_000] as const;
/** How long an operator's call may take. Milliseconds. */
const operatorMs = 55_000;
/** How often `rebuild` looks whether the node follows, and for how long a person lets it. Milliseconds. */
const reinstateAgainMs = 5000;
const reinstateLimitMs = 150_000;
/** A leader renews its lease more often than this. Milliseconds. */
const leaseMs = 4000;
/** For how long after a mishap the crew does not count as manned: the lease stands still, then calls are waited out. Milliseconds. */
const recoveryMs = 12_000;

export type CrewProps = Omit<Context, 'process' | 'random'> & {
  readonly config: Config;
  readonly random: Random;
  /** How far from true time a clock is, at most. Milliseconds. */
  readonly skewMs: number;
  /** Every so many steps of a pair, one is made again from its printed state. */
  readonly replayEvery: number;
};

export class Crew {
  readonly #props: CrewProps;
  #alive: Process[] = [];
  /** What ends a watch before its time. */
  readonly #stops = new WeakMap<Process, AbortController>();
  #count = 0;
  #mishapMs = Number.NEGATIVE_INFINITY;
  #attendedSinceMs: number | null = null;
  #lateMs = 0;
  /** A bug in watch: a call that must not reject did. */
  failure: Error | null = null;

  constructor(props: CrewProps) {
    this.#props = props;
  }

  /** Starts a watch now, and one every minute from now on, as the schedule does. */
  schedule(): void {
    const { world, random } = this.#props;
    const lateMs = this.#lateMs;
    this.#lateMs = 0;
    if (lateMs > 0) world.timeline.after(lateMs, () => this.#invokeWatch());
    else this.#invokeWatch();
    world.timeline.after(WATCH_EVERY_MS + random.whole(-800, 800), () => this.schedule());
  }

  /** As the schedule invokes it: what Lambda has no room for is tried again later. */
  #invokeWatch(): void {
    const { world, random } = this.#props;
    if (world.services.pool === 'free') this.startWatch();
    else world.timeline.after(random.whole(...invokeAgainMs), () => this.#invokeWatch());
  }

  startWatch(): void {
    const { config, safeguards, replayEvery } = this.#props;
    const name = `watch-${++this.#count}`;
    const step = replayedStep(replayEvery, (fault) => {
      this.failure ??= new Error(fault);
    });
    const worksForMs = watchMsOf(config.spare) - startsForMs;
    this.#start(name, startsForMs + worksForMs + cutAfterMs, (process, ports) => {
      const deadlineMs = process.localMs() + worksForMs;
      const stop = new AbortController();
      this.#stops.set(process, stop);
      return runWatch({ config, ports, owner: name, deadlineMs, safeguards, step, stop: stop.signal });
    });
  }

  /** An operator's call, once or twice. */
  ask({ request, againInMs }: Asking): void {
    const { world } = this.#props;
    const aimed = aim(request, world);
    if (aimed.action === 'reinstate') {
      this.#reinstate(aimed, world.nowMs + reinstateLimitMs);
      return;
    }
    // `rebuild` copies no data where it is not certain where replication goes on after it.
    if (aimed.action === 'set-aside' && !world.gtid) {
      if (world.story.on) world.story.tell('the rebuild is refused: the pair has no GTIDs');
      return;
    }
    this.#call(aimed);
    if (againInMs !== undefined) world.timeline.after(againInMs, () => this.#call(aimed));
  }

  /** As `rebuild` does it: not before the node is copied and follows. Then it starts the channel that it has ended. */
  #reinstate(aimed: Asked, untilMs: number): void {
    const { world } = this.#props;
    const master = asideOf(world);
    if (master === null || world.nowMs > untilMs) return;
    const isAsked = isWhole(world, master);
    if (isAsked) this.#call(aimed);
    world.timeline.after(reinstateAgainMs, () => {
      const { aside, detached } = world.table.memoryOf(world.pair.name);
      const channelOf = detached?.from === master.name ? null : world.peer(master.name);
      if (isAsked && aside === null) world.change(() => endWork(master, channelOf));
      else this.#reinstate(aimed, untilMs);
    });
  }

  /** What it answers is for a person; here it is for the story. */
  #call(request: Asked): void {
    const { config, safeguards, world } = this.#props;
    const name = `operate-${++this.#count}`;
    if (world.services.pool === 'dry') {
      if (world.story.on) world.story.tell(`${name} is throttled: TooManyRequestsException`);
      return;
    }
    this.#start(name, operatorMs + 10_000, async (process, ports) => {
      const deadlineMs = process.localMs() + operatorMs;
      try {
        const { lines } = await operate({ config, ports, raw: request, owner: name, deadlineMs, safeguards });
        if (world.story.on) world.story.tell(`${name} is answered: ${lines.join(' | ')}`);
      } catch (error) {
        if (world.story.on) world.story.tell(`${name} fails: ${String(error)}`);
      }
    });
  }

  /** Something happens to a process of ours. */
  befall({ name, forMs }: Mishap): void {
    const { world, random } = this.#props;
    const leader = this.#alive.find((process) => process.name === world.table.lease?.owner);
    if (name !== 'watch-return') this.#mishapMs = world.nowMs + (name === 'watch-freeze' ? forMs : 0);
    const victimOf = () =>
      leader !== undefined && random.chance(0.75)
        ? leader
        : this.#alive[random.whole(0, this.#alive.length - 1)];
    const victim = name === 'watch-return' ? leader : victimOf();
    switch (name) {
      case 'watch-kill':
        victim?.kill();
        break;
      case 'watch-kill-all':
        for (const process of this.#alive) process.kill();
        break;
      case 'watch-freeze':
        victim?.freeze(forMs);
        break;
      case 'watch-duplicate':
        this.startWatch();
        break;
      case 'watch-late':
        this.#lateMs = forMs;
        break;
      case 'watch-return':
        this.#return(victim);
        break;
      case 'old-record':
        leaveRecord(world);
        break;
      case 'lease-deleted':
        world.table.deleteLease();
        break;
      case 'record-near-limit':
        fillRecord(world);
        break;
    }
    this.#alive = this.#alive.filter((process) => !process.gone);
  }

  /** Leadership changes hands, and another watch takes the place of the one that is gone. */
  handOver({ how, forMs, atMs }: Handover): void {
    this.befall({ kind: 'mishap', name: how, atMs, forMs });
    if (how === 'watch-kill') this.startWatch();
  }

  /** The leader's time is over; the next watch was started in time. */
  #return(leader: Process | undefined): void {
    const stop = leader && this.#stops.get(leader);
    if (stop === undefined) return;
    this.startWatch();
    stop.abort('its time is over');
  }

  /** Whether a leader is at work, and nothing befell any process for a while. */
  isManned(): boolean {
    this.#notice();
    const { table, nowMs } = this.#props.world;
    const leads =
      this.#alive.some(({ name }) => name === table.lease?.owner) && nowMs - table.leaseWrittenMs < leaseMs;
    return leads && nowMs - this.#mishapMs >= recoveryMs;
  }

  /**
   * Since when a watch can be expected to lead: null while none is alive. After each death or freeze a successor gets
   * the time for which the lease makes it wait.
   */
  attendedSinceMs(): number | null {
    this.#notice();
    const { nowMs } = this.#props.world;
    const attended = this.#alive.some(
      ({ name, frozenUntilMs }) => name.startsWith('watch-') && frozenUntilMs <= nowMs,
    );
    this.#attendedSinceMs = attended ? (this.#attendedSinceMs ?? nowMs) : null;
    if (this.#attendedSinceMs === null) return null;
    return Math.max(this.#attendedSinceMs, this.#mishapMs) + recoveryMs;
  }

  /** Forgets who is gone. Those that died or were frozen in a step have not told. */
  #notice(): void {
    if (this.#alive.some(({ gone }) => gone)) {
      this.#alive = this.#alive.filter(({ gone }) => !gone);
      this.#mishapMs = this.#props.world.nowMs;
    }
    for (const { frozenUntilMs } of this.#alive) this.#mishapMs = Math.max(this.#mishapMs, frozenUntilMs);
  }

  #start(name: string, limitMs: number, run: (process: Process, ports: Ports) => Promise<unknown>): void {
    const { world, random, story } = { ...this.#props, story: this.#props.world.story };
    const process = new Process(name, world.timeline, random.fork(), this.#drawSkew());
    this.#alive.push(process);
    if (story.on) story.tell(`${name} starts (its clock is off by ${process.skew.offsetMs} ms)`);
    const ended = (how: string) => {
      if (process.gone) return;
      process.kill();
      this.#alive = this.#alive.filter((other) => other !== process);
      if (story.on) story.tell(`${name} ${how}`);
    };
    world.timeline.after(limitMs, () => ended('is cut off by Lambda'));
    run(process, createPorts({ ...this.#props, process, random: process.random })).then(
      (how) => ended(`ends${typeof how === 'string' ? ` (${how})` : ''}`),
      (error) => {
        this.failure ??= error instanceof Error ? error : new Error(String(error));
      },
    );
  }

  #drawSkew(): Skew {
    const { random, skewMs } = this.#props;
    return { offsetMs: random.whole(-skewMs, skewMs), drift: (random.next() * 2 - 1) * 3e-4 };
  }
}

/** Who asks names a node: the standby of this moment where the fault names none, or the one that work was begun on. */
function aim(request: Asked, world: SimWorld): Asked {
  const holder = world.holder ?? world.masters[0];
  const standby = world.peer(holder.name).name;
  const { aside, maintenance } = world.table.memoryOf(world.pair.name);
  switch (request.action) {
    case 'switchover':
    case 'failover':
      return { ...request, to: request.to ?? standby };
    case 'set-aside':
      return { ...request, node: standby };
    case 'reinstate':
      return { ...request, node: aside?.node ?? standby };
    case 'maintenance': {
      const node = maintenance?.nodes[0] ?? standby;
      return { ...request, note: { ...(request.note as object), node, nodes: [node] } };
    }
    default:
      return request;
  }
}
