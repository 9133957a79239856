/** A stage with a watch on it: what the tests of whole incidents share. */
import type { Config, Pair } from '../../lib/core/config/config.ts';
import type { Reply } from '../../lib/core/operator/reply.ts';
import type { Step } from '../../lib/core/pair/pair.ts';
import { operate } from '../../lib/watch/operate.ts';
import type { DatabasePort } from '../../lib/watch/ports/database.ts';
import { PortError } from '../../lib/watch/ports/port-error.ts';
import type { Ports } from '../../lib/watch/ports/ports.ts';
import type { StorePort } from '../../lib/watch/ports/store.ts';
import type { VipPort } from '../../lib/watch/ports/vip.ts';
import { runWatch } from '../../lib/watch/watch.ts';
import { drawEnvironment } from '../../sim/environments.ts';
import { strike } from '../../sim/faults/breakages.ts';
import type { BreakageName, Target } from '../../sim/faults/fault.ts';
import { Random } from '../../sim/random.ts';
import { type Stage, type StageProps, setStage } from './stage.ts';

/** How the ports of a watch differ from the stage's. */
export interface Twist {
  readonly vip?: Partial<VipPort>;
  readonly database?: Partial<DatabasePort>;
  readonly store?: Partial<StorePort>;
  readonly rest?: Partial<Ports>;
}

/** db1 holds, db2 is ready, nothing is bound through SSM, nobody fences. */
export function newDrill(pair: Partial<Pair> = {}, props: Omit<StageProps, 'pair'> = {}): Stage {
  return setStage({ pair: { hostAddress: 'prebound', fencing: 'none', ...pair }, ...props });
}

export function configOf({ pair }: Stage): Config {
  return { ...drawEnvironment(new Random(7)), pairs: [pair], vantages: ['a', 'b'] };
}

export function twisted(ports: Ports, { vip, database, store, rest }: Twist): Ports {
  return {
    ...ports,
    ...rest,
    vip: { ...ports.vip, ...vip },
    database: { ...ports.database, ...database },
    store: { ...ports.store, ...store },
  };
}

/** Starts a watch that leads for a day, unless a time is given. */
export function watchOver(
  stage: Stage,
  ports: Ports = stage.one,
  owner = 'watch-1',
  step?: Step,
  forMs = 86_400_000,
): void {
  const deadlineMs = ports.clock.nowMs() + forMs;
  void runWatch({ config: configOf(stage), ports, owner, deadlineMs, step });
}

/** Something breaks, for good if no time is given. */
export function breakNow({ world }: Stage, name: BreakageName, target: Target, forMs = 1e9, degree = 0.1) {
  strike(world, { kind: 'breakage', name, target, atMs: 0, forMs, degree });
}

/** An operator asks; the answer comes while the world runs on. One that may come to lead has the name of its process. */
export function ask(stage: Stage, raw: object, owner = 'operate'): Promise<Reply> {
  const deadlineMs = stage.other.clock.nowMs() + 50_000;
  const said = { pair: stage.pair.name, by: 'ann', why: 'a test', ...raw };
  return operate({ config: configOf(stage), ports: stage.other, raw: said, owner, deadlineMs });
}

/** For how many milliseconds of this time nobody took writes through the VIP. */
export async function outage(stage: Stage, forMs: number, stepMs = 250): Promise<number> {
  let downMs = 0;
  for (let passedMs = 0; passedMs < forMs; passedMs += stepMs) {
    await stage.pass(stepMs);
    if (stage.world.holder?.writable !== true || !stage.world.holder.answers) downMs += stepMs;
  }
  return downMs;
}

/** Until this is so; rejects when it is not in that time. Gives back how long it took. Milliseconds. */
export async function until(stage: Stage, forMs: number, isSo: () => boolean): Promise<number> {
  const beganMs = stage.world.nowMs;
  while (!isSo()) {
    if (stage.world.nowMs - beganMs > forMs) throw new Error(`it was not so within ${forMs} ms`);
    await stage.pass(100);
  }
  return stage.world.nowMs - beganMs;
}

/** The processes end; nothing of a drill outlives it. */
export function endDrill(stage: Stage): void {
  for (const process of stage.processes) process.kill();
}

/** EC2 fails at once, or denies, while `isSick`. */
export function sickEc2(ports: Ports, isSick: () => boolean, kind: 'timeout' | 'denied'): Partial<VipPort> {
  return {
    locate: async (pairs) => {
      if (!isSick()) return ports.vip.locate(pairs);
      await ports.clock.sleep(150);
      const atMs = ports.clock.nowMs();
      return new Map(pairs.map(({ name }) => [name, { kind: 'blind', atMs, because: 'InternalError' }]));
    },
    assign: async (pair, to) => {
      if (!isSick()) return ports.vip.assign(pair, to);
      await ports.clock.sleep(kind === 'denied' ? 60 : 2100);
      throw new PortError(kind, 'EC2 is sick');
    },
  };
}
