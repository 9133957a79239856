/** `rebuild`: marks the node as unfit, has it copied from the holder, and takes the mark off when it is whole. */
import { peerOf } from '../core/config/config.ts';
import type { Situation } from '../core/decision/situation.ts';
import type { Server } from '../core/evidence/sighting.ts';
import { attachingOf } from '../core/evidence/source-anew.ts';
import type { Refusal } from '../core/fault.ts';
import type { Goal } from '../core/hosts/host-work.ts';
import { type RebuildFacts, rebuildGoals, whyNotAside } from '../core/hosts/rebuild.ts';
import { type SeedFacts, type Seeding, type SeedServer, seedMethodOf } from '../core/hosts/seed.ts';
import type { HostOrder, Order } from '../core/operator/order.ts';
import { setupUsers } from '../core/setup/accounts.ts';
import { divergenceOf } from './divergence.ts';
import { give, type HostOrderOptions } from './host-order.ts';
import type { HostWork } from './host-work.ts';
import { lookOnce } from './look-once.ts';
import { PortError } from './ports/port-error.ts';
import type { Ports } from './ports/ports.ts';
import { carryOutSeed, lookAtSeed } from './seed.ts';
import { askHosts } from './setup/look.ts';
import { restartServer } from './setup/restart.ts';

export type RebuildOrder = Extract<HostOrder, { action: 'rebuild' }>;

type RebuildOptions = HostOrderOptions<RebuildOrder>;

/** How long the threads of a channel may take to start. Milliseconds. */
const ATTACH_LIMIT_MS = 12_000;
/** How long it may take to catch up before another look. Milliseconds. */
const CATCH_UP_LIMIT_MS = 60_000;

/** The work, for the loop. It continues with a node that an earlier run has set aside. */
export function rebuildWork(options: RebuildOptions): HostWork<RebuildFacts> {
  const { ports, pair, order } = options;
  let isOver = false;
  let last: SeedFacts | null = null;
  return {
    async look() {
      const { situation } = await lookOnce(ports, options.config, pair);
      const { aside } = situation.memory;
      const isAside = aside?.node === order.node;
      const run = isAside ? aside.run : runOf(options);
      const knows = pair.nodes.some(({ name }) => name === order.node);
      const from = knows ? peerOf(pair, order.node).name : '';
      if (isAside) last = await lookAtSeed(ports, pair, { from, to: order.node, run });
      const seed = isAside || isOver ? last : null;
      const lack = isAside || isOver ? null : await ownOf(ports, situation, order.node);
      const seeding = seedingOf(situation, order.node, run, seed);
      return {
        situation,
        aside,
        lack,
        seed,
        seeding,
        isOver,
        hosts: await askedHosts(options, situation, seed, isOver),
      };
    },
    goals: (facts) => rebuildGoals(order, facts),
    async carryOut(goal, facts, limitMs) {
      await step(options, goal, facts, limitMs);
      if (goal.name === 'reinstated') isOver = true;
    },
  };
}

/**
 * Which hosts must be asked. A copy that is at work has found its hosts as they must be, and may restart the server. A
 * copy that is over needs a host only if the server does not answer. A copy that is refused needs no host to say so.
 */
async function askedHosts(
  { ports, pair, order }: RebuildOptions,
  situation: Situation,
  seed: SeedFacts | null,
  isOver: boolean,
): Promise<RebuildFacts['hosts']> {
  const isBefore = seed === null || seed.phase === 'none' || seed.phase === 'prepared';
  const isGone = seed?.phase === 'copied' && situation.standby.server === null;
  if (isOver || !(isBefore || isGone) || whyNotAside(situation, order.node) !== null) return null;
  return askHosts(ports, pair, setupUsers, isBefore);
}

function runOf({ order, owner }: RebuildOptions): string {
  return `r-${(order.id ?? owner).replace(/[^A-Za-z0-9._-]/g, '-')}`.slice(0, 64);
}

async function ownOf(ports: Ports, situation: Situation, node: string): Promise<RebuildFacts['lack']> {
  const lacks = await divergenceOf(ports, situation);
  return lacks.find(({ has }) => has === node) ?? null;
}

/** If the other node does not answer, the holder alone decides: that node may be the reason for the order. */
function seedingOf(
  { holder, standby }: Situation,
  to: string,
  run: string,
  seed: SeedFacts | null,
): Seeding | Refusal {
  const from = holder.node;
  const source = serverOf(holder.server);
  if (source === null) return { from, to, run, method: 'dump' };
  const method = seedMethodOf(source, serverOf(standby.server) ?? source, seed?.because ?? null);
  return typeof method === 'string' ? { from, to, run, method } : method;
}

function serverOf(server: Server | null): SeedServer | null {
  if (server === null) return null;
  const { flavor, version, executed } = server;
  return { flavor, version, areGtidsOn: flavor === 'mariadb' || executed.gtid !== null };
}

async function step(
  options: RebuildOptions,
  goal: Goal,
  facts: RebuildFacts,
  limitMs: number,
): Promise<void> {
  const { ports, pair } = options;
  const { seeding, situation } = facts;
  if ('got' in seeding) throw new PortError('refused', `${seeding.got}, want ${seeding.want}`);
  switch (goal.name) {
    case 'server':
      return restartServer(ports, pair, seeding.to, limitMs);
    case 'set-aside':
      return tell(options, 'set-aside', seeding.run);
    case 'reinstated':
      return tell(options, 'reinstate', seeding.run);
    case 'follows':
      return follow(options, situation, limitMs);
    case 'followed':
      await ports.database.attach(
        pair,
        seeding.from,
        situation.standby.server?.identity ?? null,
        ATTACH_LIMIT_MS,
        attachingOf(situation.holder.server, situation.standby.server),
      );
      return;
    default:
      return carryOutSeed(ports, pair, goal.name, seeding, facts.seed, limitMs);
  }
}

async function follow(
  { ports, pair, order }: RebuildOptions,
  { holder }: Situation,
  limitMs: number,
): Promise<void> {
  const source = holder.server?.identity ?? null;
  await ports.database.attach(pair, order.node, source, ATTACH_LIMIT_MS);
  const goal = { upTo: holder.server?.executed ?? null, source };
  await ports.database.catchUp(pair, order.node, goal, Math.max(1000, Math.min(limitMs, CATCH_UP_LIMIT_MS)));
}

/** The mark is an order like any other. */
async function tell(options: RebuildOptions, action: 'set-aside' | 'reinstate', run: string): Promise<void> {
  const { order, ports } = options;
  const { pair, by, why, node } = order;
  const what: Order = { action, pair, by, why: `rebuild: ${why}`, node, run };
  await give(options, what);
  ports.log.info(`rebuild: ${action} ${node}`, { run });
}
