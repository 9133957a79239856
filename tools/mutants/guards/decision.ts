/** Guards of the situation, and of the table of rows. */
import type { Mutant } from '../mutant.ts';

const vipPlace = 'lib/core/decision/vip-place.ts';
const situation = 'lib/core/decision/situation.ts';
const conditions = 'lib/core/decision/conditions.ts';

export const decisionMutants: readonly Mutant[] = [
  {
    name: 'one-wrong-answer-alerts',
    file: vipPlace,
    find: 'confirmed: wrong.looks >= UNEXPECTED_LOOKS',
    replace: 'confirmed: true',
    guards: 'One old answer of EC2 alerts nobody, and refuses no order.',
  },
  {
    name: 'one-ec2-answer-is-truth',
    file: vipPlace,
    find: 'const UNEXPECTED_LOOKS = 3;',
    replace: 'const UNEXPECTED_LOOKS = 1;',
    guards: 'EC2’s reads may be stale: one answer does not move the VIP.',
  },
  {
    name: 'lag-flickers',
    file: situation,
    find: 'return wasAbove ? Math.round(settings.lagLimitSeconds * LAG_OVER) : settings.lagLimitSeconds;',
    replace: 'return settings.lagLimitSeconds;',
    guards: 'A lag at its limit must not come and go with every look.',
  },
  {
    name: 'fault-counts-at-once',
    file: situation,
    find: 'faults.length > 0 && lastedFor(sinceMs, settings.replicationFaultMs, nowMs);',
    replace: 'faults.length > 0;',
    guards: 'A replication fault of a moment is no reason to move.',
  },
  {
    name: 'pause-moves',
    file: conditions,
    find: 'export const wantsFailover = (s: Situation) => couldFailOver(s) && !s.paused;',
    replace: 'export const wantsFailover = (s: Situation) => couldFailOver(s);',
    guards: 'Nothing is moved in a pause.',
  },
  {
    name: 'opens-who-is-behind',
    file: conditions,
    find: '  s.holder.server?.writable === false &&\n  s.behind !== null;',
    replace: '  s.holder.server?.writable === true &&\n  s.behind !== null;',
    guards: 'A holder that lacks what it had sent is not opened.',
  },
  {
    name: 'half-closed-is-closed',
    file: conditions,
    find: 'standby.server !== null && !isClosed(standby.server);',
    replace: 'standby.server !== null && standby.server.writable;',
    guards: 'A node that only privileged accounts can write on is not closed.',
  },
  {
    name: 'opens-what-a-person-closed',
    file: 'lib/core/decision/rows-held.ts',
    find: "(closedByHand(s) && (s.paused || told(s, 'holder-opened')) && !isOpenUnasked(s))",
    replace: "(closedByHand(s) && s.paused && told(s, 'holder-opened') && !isOpenUnasked(s))",
    guards: 'What a person closes in a pause, or twice, is left and alerted.',
  },
  {
    name: 'forgotten-is-lost',
    file: situation,
    find: 'const judged = withForgotten(judge(evidence, holderName, settings), memory.logReset);',
    replace: 'const judged = judge(evidence, holderName, settings);',
    guards: 'What a holder has forgotten by a reset of its binary log it has not lost.',
  },
  {
    name: 'offline-serves',
    file: 'lib/core/decision/steady.ts',
    find: '    !holder.server.offline &&\n',
    replace: '',
    guards: 'A holder that refuses all clients is not steady.',
  },
  {
    name: 'freezes-in-vain',
    file: conditions,
    find: 'inbound.delaySeconds < limitSeconds',
    replace: 'inbound.delaySeconds >= 0',
    guards: 'A switchover to a standby with a long delay keeps clients waiting and is undone.',
  },
];
