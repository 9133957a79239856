/** What an administrator does to a server or its host, and what nobody can do to one that is down. */
import { asideOf, beginCopy, endCopy } from '../world/copy.ts';
import type { Master } from '../world/master.ts';
import type { BreakageName } from './fault.ts';
import { type Mending, type Strike, secondOf, set, setFor } from './mending.ts';

/** By how much a clock is set: from a minute to ten. Milliseconds. */
const stepMs = [60_000, 600_000] as const;

export const ofAdministrators = {
  'log-reset': resetLog,
  'offline-mode': ({ master }) =>
    takesStatements(master) ? setFor(master, 'refusesClients', true, false) : () => {},
  'clock-step': ({ master, degree }) => {
    const [least, most] = stepMs;
    const byMs = Math.round(least + secondOf(degree) * (most - least));
    return set(master, 'clockOffMs', degree < 0.5 ? -byMs : byMs, 0);
  },
  copy: copyData,
} satisfies { readonly [Name in BreakageName]?: (strike: Strike) => Mending };

/** The copy to a node that is set aside: begun, or begun again where it was broken off. */
function copyData({ world, degree }: Strike): Mending {
  const master = asideOf(world);
  const copy = master === null ? null : beginCopy(world, master);
  return () => {
    if (master === null || copy === null || master.copy !== copy) return;
    endCopy(world, master, degree < 0.5 ? 'clone' : 'dump');
  };
}

/** Whether somebody on the host could give it an order. */
function takesStatements({ hostUp, mysqld }: Master): boolean {
  return hostUp && mysqld === 'up';
}

/** RESET BINARY LOGS AND GTIDS. In half of the cases somebody then starts the replica again that has failed for it. */
function resetLog({ world, master, degree }: Strike): Mending {
  if (!takesStatements(master)) return () => {};
  const peer = world.peer(master.name);
  world.advance();
  // The world knows transactions by number, and those that it has lost and the other one has would become others.
  if (peer.channel.relayLog.received > master.log.countAt(world.nowMs)) return () => {};
  master.resetLog(world.nowMs);
  return () => {
    if (degree < 0.5 || peer.channel.ioError?.errno !== 1236) return;
    peer.channel.ioError = null;
    peer.channel.ioWanted = true;
  };
}
