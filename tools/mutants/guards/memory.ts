/** Guards of what is remembered. */
import type { Mutant } from '../mutant.ts';

const noteRoles = 'lib/core/memory/note-roles.ts';
const noteReadiness = 'lib/core/memory/note-readiness.ts';

export const memoryMutants: readonly Mutant[] = [
  {
    name: 'learns-under-wrong-ids',
    file: 'lib/core/memory/note-decision.ts',
    find: 'situation.misconfigured === null ? noteSeen(memory, situation, durations) : memory',
    replace: 'noteSeen(memory, situation, durations)',
    guards: 'Who answered under a wrong file is not who the node is.',
  },
  {
    name: 'lucky-look-is-fit',
    file: 'lib/core/memory/durations.ts',
    find: 'unreadySinceMs: fitness.fit && !isIll ? null : (unreadySinceMs ?? nowMs),',
    replace: 'unreadySinceMs: fitness.fit ? null : (unreadySinceMs ?? nowMs),',
    guards: 'A channel that lives on lucky looks between errors is ill.',
  },
  {
    name: 'unread-is-illness',
    file: 'lib/core/memory/durations.ts',
    find: 'isBroken(fitness) && !isUnread',
    replace: 'isBroken(fitness)',
    guards: 'What could not be read yet is no illness, and no end of one.',
  },
  {
    name: 'loss-freezes-readiness',
    file: noteReadiness,
    find: "if (life !== 'lives' || standby.kind === 'unseen') return memory;",
    replace: "if (situation.holder.kind !== 'serving' || standby.kind === 'unseen') return memory;",
    guards: 'While the holder is full or locks us out, the standby is judged on.',
  },
  {
    name: 'rebuilt-standby-is-ready',
    file: noteRoles,
    find: '{ ...next, readiness: null, behind, sent, logReset: null, unlogged: null },',
    replace: '{ ...next, behind, sent, logReset: null, unlogged: null },',
    guards: 'Another server at the standby’s address is judged anew.',
  },
  {
    name: 'a-reset-is-forgotten',
    file: noteRoles,
    find: '  noteReset,\n',
    replace: '',
    guards: 'After a restart, a holder whose binary log was reset looks like one that has lost its writes.',
  },
  {
    name: 'a-fall-is-no-reset',
    file: 'lib/core/memory/log-reset.ts',
    find: 'resetByFall(durations, holder, standby, nowMs) ??',
    replace: '',
    guards: 'A node that shows less than the same process had was reset, also where nobody looked.',
  },
  {
    name: 'a-fall-of-one-look',
    file: 'lib/core/memory/seen-logs.ts',
    find: 'if (fall === null || !hasLasted(fall)) return null;',
    replace: 'if (fall === null) return null;',
    guards: 'Two looks at one node may come in the wrong order, and then show no reset of a binary log.',
  },
  {
    name: 'a-restart-is-a-reset',
    file: 'lib/core/memory/log-fall.ts',
    find: 'hasRunOn(before.process, verdict, peer);',
    replace: 'true;',
    guards: 'A server that restarts with less has lost rows, and has not only forgotten their names.',
  },
  {
    name: 'forgotten-since-the-look',
    file: 'lib/core/memory/log-fall.ts',
    find: 'return subtract(union(had, between), known);',
    replace: 'return subtract(had, known);',
    guards: 'What a node applied between the last look and the reset of its log is forgotten, too.',
  },
  {
    name: 'a-reset-of-one-look',
    file: 'lib/core/memory/log-reset.ts',
    find: 'isProven: hasLasted || isToldOfReset(standby.server)',
    replace: 'isProven: true',
    guards: 'One look at two nodes can be of two moments, and is no reset of a binary log.',
  },
  {
    name: 'lost-rows-are-forgotten-names',
    file: 'lib/core/memory/log-fall.ts',
    find: "const peerHas = wasBehind ? parseSet('') : setOf(peer.server, sent);",
    replace: 'const peerHas = setOf(peer.server, sent);',
    guards: 'What a server had lost before its log was reset has no rows there, and is still missing.',
  },
  {
    name: 'a-reset-of-what-is-on-its-way',
    file: 'lib/core/evidence/unrecorded.ts',
    find: 'return comparePlaces(inbound.applied, unrecorded.upTo) >= 0;',
    replace: 'return true;',
    guards:
      'What a standby is about to apply is not recorded yet, and its binary log was not reset for that.',
  },
  {
    name: 'waits-for-no-calls',
    file: 'lib/core/memory/memory.ts',
    find: 'return plan !== null || incident !== null || failedPlan !== null;',
    replace: 'return false;',
    guards: 'A pair with a plan in flight, or with one that has failed, is waited out for.',
  },
  {
    name: 'young-for-ever',
    file: noteReadiness,
    find: 'return nowMs - before.atMs >= REFRESH_MS || hasGrownOld(before, standby, nowMs);',
    replace: 'return nowMs - before.atMs >= REFRESH_MS;',
    guards:
      'A standby that was young when it was noted has not restarted since, whatever the clock of the next leader says.',
  },
  {
    name: 'a-stranger-is-its-source',
    file: 'lib/core/memory/durations.ts',
    find: "server?.inbound.kind !== 'configured' || isStray(situation)",
    replace: "server?.inbound.kind !== 'configured'",
    guards: 'What a standby received of another server is not what it had of its holder.',
    survives:
      'It did in that run: no test compared the two; `test/core/decision/situation-lasting.test.ts` does since.',
  },
];
