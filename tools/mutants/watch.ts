/** Guards of watch: the lease, the looks, and plans that are carried out. */
import type { Mutant } from './mutant.ts';

const lease = 'lib/watch/lease.ts';
const driver = 'lib/watch/pair-driver.ts';
const loops = 'lib/watch/leader-loops.ts';
const news = 'lib/core/pair/pair-news.ts';
const run = 'lib/core/pair/pair-run.ts';
const schedule = 'lib/core/pair/look-schedule.ts';
const planRunner = 'lib/watch/plan-runner.ts';
const execute = 'lib/watch/plan-stages.ts';
const executors = 'lib/watch/step-executors.ts';
const moveVip = 'lib/watch/move-vip.ts';
const undo = 'lib/watch/undo.ts';
const memory = 'lib/watch/pair-memory.ts';
const desk = 'lib/watch/alert-desk.ts';

const leading: readonly Mutant[] = [
  {
    name: 'acts-on-an-old-lease',
    file: lease,
    find: 'return !this.#lost && this.#validUntilMs - nowMs >= ACT_MARGIN_MS;',
    replace: 'return !this.#lost;',
    guards: 'No change begins under a lease that is about to end.',
  },
  {
    name: 'acts-at-once',
    file: lease,
    find: "if (calls !== 'none' && nowMs < this.#clearFromMs) return false;",
    replace: '',
    guards: 'What an older leader has in flight lands before the new one acts.',
  },
  {
    name: 'waits-for-no-calls',
    file: 'lib/core/memory/memory.ts',
    find: 'return plan !== null || incident !== null || lastPlanFailed;',
    replace: 'return false;',
    guards: 'A pair with a plan in flight, or with one that has failed, is waited out for.',
  },
  {
    name: 'takes-a-living-lease',
    file: lease,
    find: 'if (free || nowMs - seen.sinceMs >= TAKE_AFTER_MS) {',
    replace: 'if (free || nowMs - seen.sinceMs >= 1000) {',
    guards: 'A lease that its owner still renews is not taken.',
  },
  {
    name: 'leads-again-under-an-old-epoch',
    file: lease,
    find: 'const overEpoch = Math.max(lease?.epoch ?? 0, ledUnder);',
    replace: 'const overEpoch = lease?.epoch ?? 0;',
    guards: 'A watch that leads again has a greater epoch, also where a person has deleted the lease.',
  },
  {
    name: 'renewal-counts-from-answer',
    file: lease,
    find: 'this.#validUntilMs = sentAtMs + LEASE_LIFE_MS;\n        return true;',
    replace: 'this.#validUntilMs = this.#clock.nowMs() + LEASE_LIFE_MS;\n        return true;',
    guards: 'A lease is valid from when its renewal was sent, not from when it was answered.',
  },
  {
    name: 'keeps-a-lost-lease',
    file: lease,
    find: '      this.#lost = true;\n',
    replace: '',
    guards: 'A leader whose lease is gone stops acting.',
  },
  {
    name: 'gives-back-what-is-lost',
    file: lease,
    find: 'if (this.#lost) return;',
    replace: '',
    guards: 'A lease that somebody else holds is not given back for them.',
  },
  {
    name: 'old-looks-count',
    file: news,
    find: '  if (startedMs < state.notBeforeMs) return state;\n',
    replace: '',
    guards: 'A look from before a plan does not show the pair after it.',
  },
  {
    name: 'old-ec2-answers-count',
    file: news,
    find: '  if (askedMs < state.notBeforeMs) return { state };\n',
    replace: '',
    guards: 'An answer of EC2 from before a plan does not show the VIP after it.',
    survives:
      'Who answers through the VIP is asked where EC2 says the unexpected, and comes first: an old answer turns nothing round.',
  },
  {
    name: 'one-look-refuses',
    file: run,
    find: 'if (doubt !== null && waitedMs < ORDER_SETTLES_MS) return null;',
    replace: '',
    guards: 'An order is not refused for one look that the next may take back.',
  },
  {
    name: 'acts-unseen',
    file: run,
    find: '  if (!hasLooked(situation) && situation.misconfigured?.confirmed !== true) return following;\n',
    replace: '',
    guards: 'A leader acts on looks of its own, never on what another saw.',
  },
  {
    name: 'obeys-twice',
    file: news,
    find: 'return isKnown ? state : {',
    replace: 'return {',
    guards: 'An order is carried out once.',
  },
  {
    name: 'fails-without-pause',
    file: driver,
    find: '      await this.#failures.pause(this.#memory.now.plan?.wasWritable === true);\n',
    replace: '',
    guards: 'A tick that fails again and again slows down.',
  },
  {
    name: 'fails-in-silence',
    file: 'lib/watch/tick-fails.ts',
    find: '    desk.post(tickFails(pair, nowMs, error));\n',
    replace: '',
    guards: 'A pair that cannot be cared for is alerted.',
  },
  {
    name: 'resumes-unseen',
    file: run,
    find: 'if (seen && nowMs >= state.resumeFromMs) {',
    replace: 'if (nowMs >= state.resumeFromMs) {',
    guards: 'A plan is carried on with when both nodes were looked at.',
    survives: 'Each step looks before it acts, so what is carried on with too early is only tried again.',
  },
  {
    name: 'grace-of-a-minute',
    file: schedule,
    find: 'const GRACE_MS = 250;',
    replace: 'const GRACE_MS = 60_000;',
    guards: 'A held look that is no longer wanted is replaced in a moment.',
    survives: 'It is only slower: `npm run bench` measures it.',
  },
  {
    name: 'rests-in-doubt',
    file: schedule,
    find: 'const mayRest = first !== undefined && isFirstWell && isWell;',
    replace: 'const mayRest = first !== undefined;',
    guards: 'A vantage rests only while it and the first one see that all is well: its word grows old.',
  },
  {
    name: 'suspicion-of-a-minute',
    file: schedule,
    find: 'const SUSPICION_GRACE_MS = 750;',
    replace: 'const SUSPICION_GRACE_MS = 60_000;',
    guards: 'What one vantage suspects, the others are asked soon.',
    survives: 'It is only slower: `npm run bench` measures it.',
  },
  {
    name: 'called-off-is-blind',
    file: loops,
    find: '    if (signal.aborted) return;\n',
    replace: '',
    guards: 'A look that was called off says nothing about its vantage.',
    survives: 'What one blind look says of a vantage is over with its next look, which begins at once.',
  },
  {
    name: 'heart-beats-on',
    file: loops,
    find: 'this.#drivers.every(({ isCaredFor }) => isCaredFor)',
    replace: 'true',
    guards: 'The dead man’s switch is silent while a pair is not cared for.',
  },
  {
    name: 'doubt-is-forgotten',
    file: memory,
    find: '      this.#doubtful = true;\n',
    replace: '',
    guards: 'A save that was not answered may have been taken.',
  },
  {
    name: 'one-refused-blocks-all',
    file: desk,
    find: '    if (!isRefused) this.#notBeforeMs = nowMs + PUBLISH_AGAIN_MS;',
    replace: '    this.#notBeforeMs = nowMs + PUBLISH_AGAIN_MS;',
    guards: 'An alert that SNS refuses does not keep the others.',
    survives:
      'It did in that run: no test counted those seconds; `test/watch/alert-desk.test.ts` does since.',
  },
  {
    name: 'told-again-and-again',
    file: desk,
    find: '      this.#noteGone(mail);\n      this.#noteSuccess();',
    replace: '      this.#noteSuccess();',
    guards: 'An alert is published once.',
  },
];

const carryingOut: readonly Mutant[] = [
  {
    name: 'cut-move-unseen',
    file: planRunner,
    find: 'const vipMoved = plan.vipMoved || (movesVip(plan) && (arrived || hasPassed(plan, situation)));',
    replace: 'const vipMoved = plan.vipMoved;',
    guards: 'A move that was cut after EC2 had taken it goes forward.',
    survives: 'The move, and the undoing of it, look themselves where the VIP is.',
  },
  {
    name: 'goes-on-needlessly',
    file: planRunner,
    find: '  if (again !== null) return again;\n',
    replace: '',
    guards: 'A failover from a holder that serves again is undone.',
    survives: 'The steps ask the same before the VIP moves (`unwanted`): it only takes longer to be undone.',
  },
  {
    name: 'to-the-dead',
    file: planRunner,
    find: "if (movesVip(plan) && target.kind !== 'serving') return describeVerdict(target);",
    replace: '',
    guards: 'A plan does not go on to a node that has died meanwhile.',
    survives:
      'The steps themselves fail on a node that does not answer; only the reason in the alert is plainer.',
  },
  {
    name: 'acts-without-guard',
    file: planRunner,
    find: "if (stop.aborted || !mayAct()) throw new CutShort('the lease or the time ran out');",
    replace: '',
    guards: 'Every change asks for the lease first.',
  },
  {
    name: 'waits-in-silence',
    file: planRunner,
    find: 'else if (ports.clock.nowMs() - this.#steppedMs >= PLAN_WAITS_MS)',
    replace: 'else if (ports.clock.nowMs() - this.#steppedMs >= Number.POSITIVE_INFINITY)',
    guards: 'A plan that makes no progress is alerted.',
  },
  {
    name: 'moves-unjournalled',
    file: execute,
    find: "return kinds.includes('freeze') || kinds.includes('open') || kinds.includes('move-vip');",
    replace: 'return false;',
    guards: 'The next leader knows what may have been begun.',
  },
  {
    name: 'waits-for-ec2-for-ever',
    file: execute,
    find: 'return leftMs !== null && tryMs > leftMs;',
    replace: 'return false;',
    guards: 'A live holder that was closed does not wait for EC2.',
  },
  {
    name: 'freeze-begins-anew',
    file: 'lib/core/plan/frozen.ts',
    find: 'frozenAtMs: Math.min(frozenAtMs, unwatchedSinceMs - frozenForMs)',
    replace: 'frozenAtMs',
    guards: 'A freeze goes on under the next leader, whose clock may be far behind.',
  },
  {
    name: 'asks-ec2-beyond-the-freeze',
    file: moveVip,
    find: 'const limitMs = leftMs === null ? undefined : Math.max(leftMs, LAST_ASK_MS);',
    replace: 'const limitMs = undefined;',
    guards: 'A freeze that has used up its time does not wait for what EC2 would say.',
  },
  {
    name: 'undoes-what-has-moved',
    file: execute,
    find: "if (mayHaveBegun(plan, 'move-vip') && (await isWithNew(plan, context))) {",
    replace: "if (mayHaveBegun(plan, 'move-vip') && plan.vipMoved) {",
    guards: 'Before undoing, who answers through the VIP decides.',
  },
  {
    name: 'undoes-what-was-taken',
    file: execute,
    find: 'return context.hasPassed(plan) || answersThroughVip',
    replace: 'return answersThroughVip',
    guards: 'A VIP that somebody takes from the new holder goes back to it.',
  },
  {
    name: 'moves-again',
    file: execute,
    find: 'if (record.vipMoved) return moveStageOf(record) + 1;',
    replace: '',
    guards: 'A VIP that has moved is not moved again by the same plan.',
    survives: 'A move that is made again finds the VIP there: every step looks before it acts.',
  },
  {
    name: 'opens-beside-an-open-one',
    file: undo,
    find: '      return `${step.node} may take writes and could not be closed (${because}), so ${record.from} was not opened`;',
    replace: '      return null;',
    guards: 'The old holder is not opened while the new one may take writes.',
  },
  {
    name: 'opens-what-it-never-closed',
    file: undo,
    find: 'return !record.wasWritable;\n',
    replace: 'return false;\n',
    guards: 'Undoing opens only what the plan has closed.',
  },
  {
    name: 'closes-once',
    file: undo,
    find: "if (result.outcome.kind !== 'failed' || attempt === TRIES) return result;",
    replace: 'return result;',
    guards: 'What must be closed is tried again.',
  },
  {
    name: 'any-answer-verifies',
    file: executors,
    find: '  if (wanted !== null && identity !== wanted)\n',
    replace: '  if (wanted === identity && identity !== wanted)\n',
    guards: 'The old holder answering through the VIP is no success.',
  },
  {
    name: 'verifies-once',
    file: executors,
    find: 'if (clock.nowMs() + VERIFY_PAUSE_MS >= deadlineMs) return failed(problem);',
    replace: 'return failed(problem);',
    guards: 'A route takes a moment to follow.',
  },
  {
    name: 'isolates-who-is-fenced',
    file: executors,
    find: '  isolate: async (step, { pair, ports, guard, record }) => {\n    if (record.fencedAt !== null) return skipped(`${step.node} is fenced`);\n',
    replace: '  isolate: async (step, { pair, ports, guard, record }) => {\n',
    guards: 'A node that was fenced needs no quarantine.',
  },
  {
    name: 'fence-learns-nothing',
    file: executors,
    find: 'if (wasWritable) return done(changed, { fencedAt: position, wasWritable, frozenAtMs });',
    replace: 'if (wasWritable) return done(changed, { fencedAt: position, frozenAtMs });',
    guards: 'A holder that the fence closed is opened again by undoing.',
  },
  {
    name: 'lost-answer-is-lost-move',
    file: moveVip,
    find: '  if (after === to)\n',
    replace: '  if (after === to && to === before)\n',
    guards: 'A lost response is not a lost call.',
  },
  {
    name: 'asks-once',
    file: moveVip,
    find: "if (error.kind !== 'throttled' || attempt === THROTTLED_TRIES) return error;",
    replace: 'return error;',
    guards: 'A throttled call is made again.',
  },
  {
    name: 'old-word-of-ec2',
    file: moveVip,
    find: 'const isNew = known && ports.clock.nowMs() - known.atMs <= WORD_LIFE_MS;',
    replace: 'const isNew = known;',
    guards: 'What EC2 said before a long catch-up does not count at the move.',
  },
];

export const watchMutants: readonly Mutant[] = [...leading, ...carryingOut];
