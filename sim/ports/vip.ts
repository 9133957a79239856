/** The VIP port on the simulated EC2, with the habits of the adapter: one window of 3 s for a change, then polls. */
import type { Pair } from '../../lib/core/config/config.ts';
import type { VipPlace, VipSighting } from '../../lib/core/evidence/sighting.ts';
import type { NodeName } from '../../lib/core/names.ts';
import { PortError } from '../../lib/watch/ports/port-error.ts';
import type { VipPort } from '../../lib/watch/ports/vip.ts';
import type { Call } from '../observer.ts';
import { never } from '../process.ts';
import { calmCloud } from '../world/cloud.ts';
import { crash } from '../world/life.ts';
import type { Master } from '../world/master.ts';
import { acting, type Context } from './context.ts';
import { takenFor, wrongIn } from './shown.ts';

const requestLimitMs = 3000;
const effectLimitMs = 7000;
/** How long an effect is looked for after an answer that was lost. */
const unansweredLimitMs = 2000;

export function createVip(context: Context): VipPort {
  return {
    locate: (pairs, limitMs) => locate(context, pairs, limitMs),
    async assign(pair, to) {
      guard(context, pair, to);
      await acting(context, 'assign', to, (call) => assign(context, takenFor(context.world, to), call));
    },
    async isolate(pair, node) {
      guard(context, pair, node);
      if (!pair.quarantineGroup) throw new PortError('refused', `${pair.name} has no quarantineGroup`);
      return acting(context, 'isolate', node, () => isolate(context, takenFor(context.world, node)));
    },
    async release(pair, node, groups) {
      guard(context, pair, node);
      await acting(context, 'release', node, () =>
        change(context, () => {
          const master = context.world.master(takenFor(context.world, node));
          master.groups = groups;
          master.isolated = false;
        }),
      );
    },
    async stopInstance(pair, node) {
      guard(context, pair, node);
      await acting(context, 'stop-instance', node, () => stopInstance(context, node));
    },
  };
}

/** Invariant 7's guard, as `vip-guard` has it: the configured pair, its two nodes, its VIP, nothing else. */
function guard({ world, safeguards }: Context, pair: Pair, node: NodeName): void {
  if (!safeguards.addressAllowList) return;
  const known = world.pair.nodes.some(({ name }) => name === node);
  if (pair.name !== world.pair.name || pair.vip !== world.pair.vip || !known) {
    throw new PortError('refused', `${pair.name} has no node ${node}: nothing was changed`);
  }
}

async function locate(
  context: Context,
  pairs: readonly Pair[],
  limitMs = 2 * requestLimitMs,
): Promise<ReadonlyMap<string, VipSighting>> {
  const { world, process, random } = context;
  const { mood } = world.cloud;
  const sight = (): ReadonlyMap<string, VipSighting> => {
    context.observer.looked();
    const shown = world.cloud.placeAt(world.nowMs - random.whole(0, mood.staleMs));
    const place = shown.kind === 'node' ? { ...shown, node: takenFor(world, shown.node) } : shown;
    const [first, second] = world.masters;
    const sighting: VipSighting = {
      kind: 'saw',
      atMs: process.localMs(),
      place,
      instances: { [first.name]: first.instance, [second.name]: second.instance },
      room: { [first.name]: first.room, [second.name]: second.room },
      wrong: wrongIn(world),
    };
    return new Map(pairs.map((pair) => [pair.name, sighting]));
  };
  const blind = (afterMs: number, because: string) =>
    process.send(afterMs, 0, (): ReadonlyMap<string, VipSighting> => {
      const sighting: VipSighting = {
        kind: 'blind',
        atMs: process.localMs(),
        because: `EC2 does not report where the VIP is: ${because}`,
      };
      return new Map(pairs.map((pair) => [pair.name, sighting]));
    });
  if (mood.down) return blind(Math.min(limitMs, 2 * requestLimitMs), 'no answer');
  if (mood.failing) return blind(random.whole(100, 700), 'InternalError');
  if (mood.denies === 'everything') return blind(random.whole(20, 80), 'UnauthorizedOperation');
  if (random.chance(mood.throttled * mood.throttled))
    return blind(random.whole(300, 900), 'RequestLimitExceeded');
  const [sendMs, answerMs] = [random.whole(60, 300), random.whole(0, mood.slowMs)];
  if (sendMs + answerMs > limitMs) return blind(limitMs, 'no answer');
  return process.send(sendMs, answerMs, sight);
}

async function assign(context: Context, to: NodeName, call: Call): Promise<void> {
  const { world } = context;
  const known = world.masters.some(({ name }) => name === to);
  const place: VipPlace = known ? { kind: 'node', node: to } : { kind: 'foreign', eniId: `eni-of-${to}` };
  const unanswered = await order(context, () => {
    if (known && !world.master(to).room) {
      throw new PortError('denied', `the ENI of ${to}: PrivateIpAddressLimitExceeded`);
    }
    world.timeline.after(effectAfterMs(context), () => {
      world.moveVip(place);
      context.observer.vipMoved(call, !known);
    });
  });
  await awaitEffect(context, unanswered, (atMs) => samePlace(world.cloud.placeAt(atMs), place));
}

/** When EC2 is slow, all of it is. */
function effectAfterMs({ world, random }: Context): number {
  const { effectMs } = world.cloud.mood;
  return random.whole(Math.floor(effectMs / (effectMs > calmCloud.effectMs ? 2 : 1.5)), effectMs);
}

async function isolate(context: Context, node: NodeName): Promise<readonly string[]> {
  const { world } = context;
  const master = world.master(node);
  const before = await look(context, () => (master.isolated ? [] : master.groups));
  if (before.length > 0) await change(context, () => (master.isolated = true));
  return before;
}

async function stopInstance(context: Context, node: NodeName): Promise<void> {
  const { world, random } = context;
  const master = world.master(node);
  await change(context, () => {
    master.instance = 'stopping';
    crash(world, master);
    master.hostUp = false;
    world.timeline.after(random.whole(2000, 20_000), () => world.change(() => stopped(master)));
  });
}

function stopped(master: Master): void {
  // Unless somebody has started it again.
  if (master.instance === 'stopping') master.instance = 'stopped';
}

/** An order whose effect shows at once. */
async function change(context: Context, act: () => void): Promise<void> {
  let done = false;
  const unanswered = await order(context, () => {
    context.world.change(act);
    done = true;
  });
  await awaitEffect(context, unanswered, () => done);
}

/**
 * Sends a change; a throttled one again after a pause, within a window of 3 s. Gives back null when EC2 took
 * it, or an error when the answer is missing. Throws what EC2 refused.
 */
async function order(context: Context, act: () => void): Promise<PortError | null> {
  const { world, process, random } = context;
  const endMs = world.nowMs + requestLimitMs;
  for (const pauseMs of [200, 400, 800, requestLimitMs]) {
    const { down, failing, denies, lost, throttled, slowMs } = world.cloud.mood;
    const timeout = new PortError('timeout', 'EC2 did not answer within 3000 ms');
    const leftMs = endMs - world.nowMs;
    try {
      if (denies !== 'nothing') {
        return await process.fail(
          random.whole(20, 80),
          new PortError('denied', 'EC2: UnauthorizedOperation'),
        );
      }
      // A 5xx says nothing of what became of the call, so nobody sends it again at once.
      if (failing) {
        const error = new PortError('timeout', 'EC2: InternalError');
        return await process.fail<null>(random.whole(20, 80), error).catch(() => error);
      }
      if (down) return await process.fail<null>(leftMs, timeout).catch((error: PortError) => error);
      if (random.chance(lost)) {
        context.observer.answerLost('ec2');
        return await process
          .lose<null>(random.whole(30, 200), leftMs, act, timeout)
          .catch((e: PortError) => e);
      }
      if (!random.chance(throttled)) {
        const wayMs = random.whole(60, 300);
        const answerMs = random.whole(20, 200) + random.whole(0, slowMs);
        if (wayMs + answerMs < leftMs) {
          await process.send(wayMs, answerMs, act);
          return null;
        }
        return await process.lose<null>(wayMs, leftMs, act, timeout).catch((e: PortError) => e);
      }
      await process.fail(random.whole(20, 80), new PortError('throttled', 'EC2: RequestLimitExceeded'));
    } catch (error) {
      const again = error instanceof PortError && error.kind === 'throttled';
      if (!again || world.nowMs + pauseMs + 300 > endMs) throw error;
    }
    await process.send(pauseMs, 0, () => {});
  }
  return never();
}

/** Looks until the change shows. Throws `timeout` when it does not in time. */
async function awaitEffect(
  context: Context,
  unanswered: PortError | null,
  shows: (atMs: number) => boolean,
): Promise<void> {
  const { world, process, random } = context;
  const endMs = world.nowMs + (unanswered ? unansweredLimitMs : effectLimitMs);
  for (let pauseMs = 100; world.nowMs + pauseMs < endMs; pauseMs = Math.min(pauseMs * 1.5, 1000)) {
    await process.send(pauseMs, 0, () => {});
    const seen = await look(context, () =>
      shows(world.nowMs - random.whole(0, world.cloud.mood.staleMs)),
    ).catch(() => false);
    if (seen) return;
  }
  throw unanswered ?? new PortError('timeout', 'EC2 took the order and does not show it');
}

/** One description, which may fail. */
function look<T>({ world, process, random }: Context, see: () => T): Promise<T> {
  const { down, failing, denies, throttled, slowMs } = world.cloud.mood;
  if (down) return process.fail(1000, new PortError('timeout', 'EC2 did not answer'));
  if (failing) return process.fail(random.whole(20, 80), new PortError('timeout', 'EC2: InternalError'));
  if (denies === 'everything')
    return process.fail(random.whole(20, 80), new PortError('denied', 'EC2: UnauthorizedOperation'));
  if (random.chance(throttled)) {
    return process.fail(random.whole(20, 80), new PortError('throttled', 'EC2: RequestLimitExceeded'));
  }
  return process.send(random.whole(60, 250), random.whole(0, Math.floor(slowMs / 2)), see);
}

function samePlace(some: VipPlace, other: VipPlace): boolean {
  return (
    some.kind === other.kind && (some.kind !== 'node' || some.node === (other as { node: NodeName }).node)
  );
}
