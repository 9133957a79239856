/** Guards of work on hosts, of what comes back after a failover, and of replicas behind the pair. */
import type { Mutant } from '../mutant.ts';

const channel = 'lib/core/decision/rows-channel.ts';

export const hostMutants: readonly Mutant[] = [
  {
    name: 'works-beside-another',
    file: 'lib/watch/host-orders.ts',
    find: 'if (taken) return refused(takenText(taken));',
    replace: '',
    guards: 'One person at a time works on the hosts of a pair.',
  },
  {
    name: 'begins-a-second-copy',
    file: 'lib/watch/host-work.ts',
    find: 'if (atWork !== undefined) return this.#wait(next.goal, atWork, leftMs);',
    replace: '',
    guards: 'What runs on a host is waited for, and not begun again.',
  },
  {
    name: 'aside-is-fit',
    file: 'lib/core/standby/history-reasons.ts',
    find: 'return told(asideReason(memory, standby.node));',
    replace: 'return [];',
    guards: 'A node that is made anew does not take over.',
  },
  {
    name: 'sets-the-holder-aside',
    file: 'lib/core/hosts/rebuild.ts',
    find: 'if (holder.node === node)',
    replace: 'if (false)',
    guards: 'The node that clients use is never made anew.',
  },
  {
    name: 'reinstated-is-ready',
    file: 'lib/core/operator/note-orders.ts',
    find: 'memory: { ...memory, readiness, behind, logReset: null, unlogged: null, aside: null },',
    replace: 'memory: { ...memory, behind, logReset: null, unlogged: null, aside: null },',
    guards: 'A node that was made anew must be seen fit before it takes over.',
  },
  {
    name: 'rejoins-with-a-tail',
    file: channel,
    find: "return s.pair.rejoin === 'auto' && missing === '' && s.lead.standbyLacksOwn === null;",
    replace: "return s.pair.rejoin === 'auto';",
    guards: 'Older writes of a node that comes back do not overwrite newer rows.',
  },
  {
    name: 'starts-what-overwrites',
    file: channel,
    find: 'return isHalted && !lacks ? holder.node : null;',
    replace: 'return isHalted ? holder.node : null;',
    guards:
      'A channel that gave up is started into the holder only from a standby that has nothing of its own.',
  },
  {
    name: 'replica-skips',
    file: 'lib/core/evidence/chain.ts',
    find: 'if (gone !== null && gone.size > 0)',
    replace: 'if (false)',
    guards: 'A replica does not follow a holder that has deleted what the replica lacks.',
  },
];
