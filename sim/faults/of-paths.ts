/** Breakages of paths and of replication. */
import { usualApplyPerMs } from '../world/channel.ts';
import type { Master } from '../world/master.ts';
import type { View } from '../world/view.ts';
import type { SimWorld } from '../world/world.ts';
import type { BreakageName } from './fault.ts';
import { type Mending, once, runAll, type Strike, secondOf, set } from './mending.ts';

/** A server of the same account that is no node of the pair. */
const strangerIdentity = '00000099-0000-11f0-8000-0242ac110002';

/** For how long at most a probe that begins anew has not asked for more than a pulse. Milliseconds. */
const busyMs = 3000;

export const ofPaths = {
  'probe-partition': ({ world, master, degree }) => {
    const view = pickView(world, degree);
    view?.cutOff.add(master.name);
    return () => view?.cutOff.delete(master.name);
  },
  'probe-partition-all': ({ world, master }) => cutOff(world, [master]),
  'probe-cut': ({ world }) => cutOff(world, world.masters),
  'port-rejected': ({ world, master: { name } }) => {
    for (const view of world.views.values()) view.rejectedBy.add(name);
    return () => {
      for (const view of world.views.values()) view.rejectedBy.delete(name);
    };
  },
  'probe-blind': ({ world, degree }) => {
    const [first] = world.views.values();
    return first === undefined ? () => {} : set(first, 'blind', blindness(degree), 'no');
  },
  'probe-blind-all': ({ world, degree }) => {
    const mends = [...world.views.values()].map((view) => set(view, 'blind', blindness(degree), 'no'));
    return () => runAll(mends);
  },
  'probe-loss': ({ world, degree }) => {
    const mends = [...world.views.values()].map((view) => set(view, 'loss', 0.02 + degree * 0.28, 0));
    return () => runAll(mends);
  },
  // A probe function begins anew: one of them, or all.
  'probe-anew': ({ world, degree }) =>
    once(() => {
      const views = degree < 0.5 ? [pickView(world, secondOf(degree))] : world.views.values();
      for (const view of views) view?.beginAnew(world.nowMs, Math.round(secondOf(degree) * busyMs));
    }),
  'pair-partition': ({ world }) => set(world, 'pairLinked', false, true),
  // Only clients reach the master: nobody of ours, and not its peer.
  'monitor-partition': ({ world, master }) => {
    const mends = [cutOff(world, [master]), set(world, 'pairLinked', false, true)];
    return () => runAll(mends);
  },
  lag: ({ master, degree }) =>
    set(master.channel, 'applyPerMs', degree < 0.3 ? 0 : 0.04 * degree, usualApplyPerMs),
  // Slower than clients commit, so that it falls behind, and never as slow as to stand still.
  'applier-slow': ({ master, degree }) =>
    set(master.channel, 'applyPerMs', 0.02 + 0.06 * degree, usualApplyPerMs),
  'lag-unknown': ({ master }) => set(master.channel, 'muffled', true, false),
  'io-thread-stop': ({ master }) => stopThread(master, 'io'),
  'sql-thread-stop': ({ master }) => stopThread(master, 'sql'),
  'operator-stop-replica': ({ master: { channel }, degree }) => {
    channel.stop('person', degree < 0.5 ? 'io' : 'both');
    return () => {
      if (channel.stoppedBy === 'person') channel.startAgain();
    };
  },
  'wrong-source': ({ world, master: { channel } }) => {
    // `CHANGE REPLICATION SOURCE` throws away what was received and not applied.
    channel.crash(world.nowMs);
    channel.stranger = strangerIdentity;
    return () => {
      channel.stranger = null;
      channel.enter(world.nowMs, 'connecting');
    };
  },
  'replication-login': ({ master }) => set(master.channel, 'loginRefused', true, false),
  'binary-log-off': ({ master }) => {
    master.unlogged ||= master.writable;
    return set(master, 'binaryLog', 'off', 'on');
  },
} satisfies { readonly [Name in BreakageName]?: (strike: Strike) => Mending };

function pickView(world: SimWorld, degree: number): View | undefined {
  const views = [...world.views.values()];
  return views[Math.floor(degree * views.length) % views.length];
}

function stopThread({ channel }: Master, thread: 'io' | 'sql'): Mending {
  if (thread === 'io') {
    channel.ioWanted = false;
    channel.ioError = { errno: 1236, message: 'Got fatal error from source when reading data' };
    return () => {
      channel.ioWanted = true;
      channel.ioError = null;
    };
  }
  channel.sqlWanted = false;
  channel.sqlError = { errno: 1062, message: 'Duplicate entry' };
  return () => {
    channel.sqlWanted = true;
    channel.sqlError = null;
  };
}

function cutOff(world: SimWorld, masters: readonly Master[]): Mending {
  for (const view of world.views.values()) for (const { name } of masters) view.cutOff.add(name);
  return () => {
    for (const view of world.views.values()) for (const { name } of masters) view.cutOff.delete(name);
  };
}

function blindness(degree: number): View['blind'] {
  return degree < 0.5 ? 'fails' : 'hangs';
}
