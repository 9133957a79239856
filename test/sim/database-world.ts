/** The database port on two simulated masters, with clients that commit through the VIP all the time. */
import type { NodeName } from '../../lib/core/names.ts';
import { strike } from '../../sim/faults/breakages.ts';
import { crash } from '../../sim/world/life.ts';
import type { DatabaseWorld } from '../contract/database-world.ts';
import { type Stage, setStage } from './stage.ts';

const hourMs = 3_600_000;

/** A healed world is a new one. */
export async function openDatabaseWorld(): Promise<DatabaseWorld> {
  let stage = setStage();
  /** How many transactions db1 had after the last row that was written there. */
  let written = 0;
  return {
    get port() {
      return stage.one.database;
    },
    get pair() {
      return stage.pair;
    },
    settle: (work) => stage.settle(work),
    async write(node) {
      written = commit(stage, node);
    },
    async hasAll(node) {
      stage.world.advance();
      return stage.world.master(node).channel.relayLog.appliedCount >= written;
    },
    async holdOpen(node) {
      const { world } = stage;
      strike(world, {
        kind: 'breakage',
        name: 'blocking-session',
        atMs: world.nowMs,
        target: 'holder',
        forMs: hourMs,
        degree: 0,
      });
      const master = world.master(node);
      return {
        user: master.blocker?.session.user ?? '',
        release: async () =>
          world.change(() => {
            master.blocker = null;
          }),
      };
    },
    async stopApplier(node) {
      const { world } = stage;
      world.change(() => {
        world.master(node).channel.sqlWanted = false;
      });
    },
    async startChannel(node) {
      stage.world.change(() => stage.world.master(node).channel.startAgain());
    },
    holdsBack: true,
    async kill(node) {
      const { world } = stage;
      world.change(() => crash(world, world.master(node)));
    },
    async hang(node) {
      const { world } = stage;
      world.change(() => {
        world.master(node).mysqld = 'hung';
      });
    },
    async heal() {
      stage = setStage();
      written = 0;
    },
    async close() {},
  };
}

/** One more commit beside the clients'; gives back its number. */
function commit({ world }: Stage, node: NodeName): number {
  const { log, commits } = world.master(node);
  if (!commits) throw new Error(`${node} takes no writes`);
  world.change(() => log.add(world.nowMs, 1, 'person'));
  return log.countAt(world.nowMs);
}
