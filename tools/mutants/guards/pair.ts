/** Guards of the pair as a value: what follows from a decision, and when it is looked again. */
import type { Mutant } from '../mutant.ts';

const pairNews = 'lib/core/pair/pair-news.ts';
const pairRun = 'lib/core/pair/pair-run.ts';
const lookSchedule = 'lib/core/pair/look-schedule.ts';
const planInFlight = 'lib/core/pair/plan-in-flight.ts';

export const pairMutants: readonly Mutant[] = [
  {
    name: 'beats-under-wrong-ids',
    file: 'lib/core/pair/pair-state.ts',
    find: '  if (evidence.wrong !== null) return null;\n',
    replace: '',
    guards: 'A heartbeat row is not committed on a server that is taken for another one.',
  },
  {
    name: 'old-looks-count',
    file: pairNews,
    find: '  if (startedMs < state.notBeforeMs) return state;\n',
    replace: '',
    guards: 'A look from before a plan does not show the pair after it.',
  },
  {
    name: 'old-ec2-answers-count',
    file: pairNews,
    find: '  if (askedMs < state.notBeforeMs) return { state };\n',
    replace: '',
    guards: 'An answer of EC2 from before a plan does not show the VIP after it.',
  },
  {
    name: 'one-look-refuses',
    file: pairRun,
    find: 'if (doubt !== null && waitedMs < ORDER_SETTLES_MS) return null;',
    replace: '',
    guards: 'An order is not refused for one look that the next may take back.',
  },
  {
    name: 'acts-unseen',
    file: pairRun,
    find: '  if (!hasLooked(situation) && situation.misconfigured?.confirmed !== true) return following;\n',
    replace: '',
    guards: 'A leader acts on looks of its own, never on what another saw.',
  },
  {
    name: 'obeys-twice',
    file: pairNews,
    find: 'return isKnown ? state : {',
    replace: 'return {',
    guards: 'An order is carried out once.',
  },
  {
    name: 'resumes-unseen',
    file: pairRun,
    find: 'if (seen && nowMs >= state.resumeFromMs) {',
    replace: 'if (nowMs >= state.resumeFromMs) {',
    guards: 'A plan is carried on with when both nodes were looked at.',
  },
  {
    name: 'grace-of-a-minute',
    file: lookSchedule,
    find: 'const GRACE_MS = 250;',
    replace: 'const GRACE_MS = 60_000;',
    guards: 'A held look that is no longer wanted is replaced in a moment.',
  },
  {
    name: 'rests-in-doubt',
    file: lookSchedule,
    find: 'const mayRest = first !== undefined && isFirstWell && isWell;',
    replace: 'const mayRest = first !== undefined;',
    guards: 'A vantage rests only while it and the first one see that all is well: its word grows old.',
  },
  {
    name: 'suspicion-of-a-minute',
    file: lookSchedule,
    find: 'const SUSPICION_GRACE_MS = 750;',
    replace: 'const SUSPICION_GRACE_MS = 60_000;',
    guards: 'What one vantage suspects, the others are asked soon.',
  },
  {
    name: 'goes-on-needlessly',
    file: planInFlight,
    find: '  if (again !== null) return again;\n',
    replace: '',
    guards: 'A failover from a holder that serves again is undone.',
  },
  {
    name: 'to-the-dead',
    file: planInFlight,
    find: "if (movesVip(plan) && target.kind !== 'serving') return describeVerdict(target);",
    replace: '',
    guards: 'A plan does not go on to a node that has died meanwhile.',
  },
];
