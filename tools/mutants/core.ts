/** Guards of the decision core. */
import type { Mutant } from './mutant.ts';

const verdict = 'lib/core/verdict.ts';
const life = 'lib/core/life.ts';
const witness = 'lib/core/witness.ts';
const fitness = 'lib/core/fitness.ts';
const historyReasons = 'lib/core/history-reasons.ts';
const readinessReasons = 'lib/core/readiness-reasons.ts';
const vipPlace = 'lib/core/vip-place.ts';
const lead = 'lib/core/lead.ts';
const situation = 'lib/core/situation.ts';
const durations = 'lib/core/durations.ts';
const roles = 'lib/core/note-roles.ts';
const rows = { lost: 'lib/core/rows-lost.ts', held: 'lib/core/rows-held.ts' };

const ids: readonly Mutant[] = [
  {
    name: 'a-death-is-a-wrong-file',
    file: 'lib/core/misconfigured.ts',
    find: '  if (isGone(instance?.state)) return null;\n',
    replace: '',
    guards: 'A terminated holder whose address another host has by now must not block the failover from it.',
  },
  {
    name: 'detached-is-a-wrong-file',
    file: 'lib/core/misconfigured.ts',
    find: "const isDeath = isGone(state) || state === 'unknown';",
    replace: 'const isDeath = false;',
    guards: 'A terminated holder whose ENI is kept must not block the failover from it.',
  },
  {
    name: 'any-interface',
    file: 'lib/core/misconfigured.ts',
    find: 'eni.deviceIndex > 0',
    replace: 'eni.deviceIndex > 1',
    guards: 'A VIP on a second interface does not answer, because replies leave by the first.',
  },
  {
    name: 'one-wrong-answer-alerts',
    file: vipPlace,
    find: 'confirmed: wrong.looks >= UNEXPECTED_LOOKS',
    replace: 'confirmed: true',
    guards: 'One old answer of EC2 alerts nobody, and refuses no order.',
  },
  {
    name: 'learns-under-wrong-ids',
    file: 'lib/core/note-decision.ts',
    find: 'situation.misconfigured === null ? noteSeen(memory, situation, durations) : memory',
    replace: 'noteSeen(memory, situation, durations)',
    guards: 'Who answered under a wrong file is not who the node is.',
  },
  {
    name: 'beats-under-wrong-ids',
    file: 'lib/core/pair-state.ts',
    find: '  if (evidence.wrong !== null) return null;\n',
    replace: '',
    guards: 'A heartbeat row is not committed on a server that is taken for another one.',
  },
];

const seeing: readonly Mutant[] = [
  {
    name: 'one-refusal-is-proof',
    file: verdict,
    find: 'const confirmed = lasted(word, settings.stoppedLooks, settings.stoppedIntervalMs);',
    replace: 'const confirmed = true;',
    guards: 'A port that refuses once, as in a restart of a second, is no death.',
  },
  {
    name: 'silence-at-once',
    file: verdict,
    find: 'confirmed: lasted(word, settings.silentLooks, settings.silentIntervalMs),',
    replace: 'confirmed: true,',
    guards: 'One lost packet is no death.',
  },
  {
    name: 'looks-without-time',
    file: verdict,
    find: 'word.looks >= looks && word.atMs - word.sinceMs >= (looks - 1) * intervalMs * 0.9',
    replace: 'word.looks >= looks',
    guards: 'Looks in quick succession are one look.',
  },
  {
    name: 'stopping-is-stopped',
    file: verdict,
    find: "(instance === 'stopped' || instance === 'terminated')",
    replace: "(instance === 'stopped' || instance === 'stopping' || instance === 'terminated')",
    guards: 'A host that is on its way down may still serve those who reach it.',
  },
  {
    name: 'longest-silence-wins',
    file: verdict,
    find: 'return word.looks < best.looks;',
    replace: 'return word.looks > best.looks;',
    guards: 'A vantage that is cut off for long must not confirm the silence of another that has just begun.',
  },
  {
    name: 'refusal-beats-answer',
    file: verdict,
    find: 'answered: 4,',
    replace: 'answered: 0,',
    guards: 'A node that any vantage sees is not dead.',
  },
  {
    name: 'backup-is-stuck',
    file: verdict,
    find: 'return Math.max(lockedMs, stuckMs);',
    replace: 'return stuckMs;',
    guards: 'A backup that holds a global lock for seconds is no reason to fail over.',
  },
  {
    name: 'semi-sync-is-stuck',
    file: verdict,
    find: 'return (semiSync?.timeoutMs ?? 0) + stuckMs;',
    replace: 'return stuckMs;',
    guards: 'A wait for an acknowledgement ends by the server’s own timeout.',
  },
  {
    name: 'barred-hides-commit',
    file: verdict,
    find: "['committed', 'failed', 'refused', 'barred', 'not-tried']",
    replace: "['barred', 'failed', 'refused', 'committed', 'not-tried']",
    guards: 'Where one vantage commits, the server is not stuck.',
  },
  {
    name: 'no-witness-for-refusal',
    file: life,
    find: "if (holder.kind === 'stopped') return witness === 'hears';",
    replace: "if (holder.kind === 'stopped') return false;",
    guards: 'A firewall that rejects is no death while the standby hears the holder.',
  },
  {
    name: 'unasked-is-deaf',
    file: life,
    find: "if (signs.witness === 'unasked' && !holder.instanceGone) return 'unsure';",
    replace: '',
    guards: 'A standby that cannot be asked does not say since when a holder is dead.',
  },
  {
    name: 'ec2-needs-witness',
    file: life,
    find: "if (holder.instanceGone || witness === 'does-not-hear') return false;",
    replace: "if (witness === 'does-not-hear') return false;",
    guards: 'An instance that EC2 has stopped is gone, whatever a channel says.',
  },
  {
    name: 'hung-is-alive',
    file: life,
    find: "return holder.kind === 'silent' && !isHung(signs);",
    replace: "return holder.kind === 'silent';",
    guards: 'A hung mysqld whose dump thread still sends heartbeats is replaced.',
  },
  {
    name: 'dead-until-asked',
    file: life,
    find: "return signs.witness === 'unknown' && signs.wasDead ? 'unsure' : 'lives';",
    replace: "return 'lives';",
    guards: 'A proven death outlasts a moment in which the standby cannot say.',
  },
  {
    name: 'blind-is-dead',
    file: life,
    find: "if (!holder.confirmed || blind !== null) return 'unsure';",
    replace: "if (!holder.confirmed) return 'unsure';",
    guards: 'Where nothing is seen, nobody is dead.',
    survives:
      'It did in that run, behind what a standby that cannot be asked says; `test/core/life.test.ts` kills it since.',
  },
  {
    name: 'stopped-channel-is-silence',
    file: witness,
    find: "if (inbound.io === 'no' || isRefusedBySource(inbound) || inbound.heardAgoMs === null) return 'unknown';",
    replace: "if (inbound.heardAgoMs === null) return 'unknown';",
    guards: 'STOP REPLICA on the standby is no death of the holder.',
  },
  {
    name: 'unread-channel-is-silence',
    file: witness,
    find: 'if (inbound.heardAgoMs === null) return true;',
    replace: 'if (inbound.heardAgoMs === null) return false;',
    guards: 'A probe that has only begun to look has heard nothing, and that proves nothing.',
  },
];

const fit: readonly Mutant[] = [
  {
    name: 'stranger-is-peer',
    file: fitness,
    find: 'if (sourceIdentity === null || peerIdentity === null || sourceIdentity === peerIdentity) return null;',
    replace: 'return null;',
    guards: 'A standby that follows another server has none of the holder’s writes.',
  },
  {
    name: 'replicates-through-vip',
    file: fitness,
    find: "if (sourceAddress === pair.vip) return 'it replicates through the VIP, not from the node';",
    replace: '',
    guards: 'A standby that replicates through the VIP replicates from itself after a move.',
  },
  {
    name: 'no-binary-log-is-fit',
    file: fitness,
    find: "server?.binaryLog === 'off'",
    replace: 'false',
    guards: 'A holder without a binary log can have no standby.',
  },
  {
    name: 'leaving-is-fit',
    file: fitness,
    find: 'isLeaving(instance) ? `its instance is ${instance}` : null,',
    replace: 'null,',
    guards: 'A standby whose instance is stopping takes over nothing.',
  },
  {
    name: 'no-room-is-fit',
    file: fitness,
    find: "room ? null : 'its ENI has no room for one more address',",
    replace: 'null,',
    guards: 'An interface without room cannot take the VIP.',
  },
  {
    name: 'delayed-is-fit',
    file: fitness,
    find: 'inbound.delaySeconds > waits',
    replace: 'inbound.delaySeconds > Number.POSITIVE_INFINITY',
    guards: 'A standby that applies with a delay on purpose cannot catch up in time.',
  },
  {
    name: 'older-server-is-fit',
    file: historyReasons,
    find: '...reasonsOfVersion(holder.server, standby.server),',
    replace: '',
    guards: 'An older server cannot be relied on to apply what a newer one writes.',
  },
  {
    name: 'old-readiness-counts',
    file: readinessReasons,
    find: 'lostAtMs - readyAtMs > READINESS_LIFE_MS',
    replace: 'lostAtMs - readyAtMs > Number.POSITIVE_INFINITY',
    guards: 'What was known of the standby long before the death says nothing.',
  },
  {
    name: 'lost-relay-log-is-fit',
    file: readinessReasons,
    find: 'return reasonsOfRestart(memory.receivedWhenLost, readiness.atMs, standby);',
    replace: 'return [];',
    guards: 'A standby that restarted after the loss has thrown away what it had received.',
  },
  {
    name: 'unknown-lag-is-fit',
    file: fitness,
    find: "channel.push('its lag is unknown');",
    replace: '{}',
    guards: 'An unknown lag is unfit, never 0.',
  },
  {
    name: 'what-it-lacks-is-no-matter',
    file: readinessReasons,
    find: "if (typeof coverage === 'object')",
    replace: "if (typeof coverage === 'number')",
    guards: 'A standby that lacks what the holder had takes over nothing, whatever it said of its channel.',
  },
  {
    name: 'cut-off-is-over-anyhow',
    file: readinessReasons,
    find: '(!isCutOff || isWhole)',
    replace: '(!isCutOff || true)',
    guards: 'A standby that was cut off is trusted only if it has what the holder had.',
  },
  {
    name: 'history-is-forgotten',
    file: historyReasons,
    find: '? (readiness.ofHistory ?? [])',
    replace: '? []',
    guards: 'What the standby has beside the holder is not over because the holder cannot be seen.',
  },
  {
    name: 'own-loss-unseen',
    file: 'lib/core/behind.ts',
    find: "return lack === 'unknown' ? (memory.behind[verdict.node] ?? null) : lack;",
    replace: 'return null;',
    guards: 'A holder that came back with less than it sent must not give its numbers away again.',
  },
  {
    name: 'stale-look-is-loss',
    file: lead,
    find: '  if (server.writable) return null;\n  if (server.executed',
    replace: '  if (server.executed',
    guards: 'A holder that writes is ahead of every earlier look at it.',
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
    name: 'lucky-look-is-fit',
    file: durations,
    find: 'unreadySinceMs: fitness.fit && !isIll ? null : (unreadySinceMs ?? nowMs),',
    replace: 'unreadySinceMs: fitness.fit ? null : (unreadySinceMs ?? nowMs),',
    guards: 'A channel that lives on lucky looks between errors is ill.',
  },
  {
    name: 'loss-freezes-readiness',
    file: roles,
    find: "if (life !== 'lives' || standby.kind === 'unseen') return memory;",
    replace: "if (situation.holder.kind !== 'serving' || standby.kind === 'unseen') return memory;",
    guards: 'While the holder is full or locks us out, the standby is judged on.',
  },
  {
    name: 'rebuilt-standby-is-ready',
    file: roles,
    find: "return tell({ ...next, readiness: null, behind, sent }, pair.name, 'identity-changed', words, nowMs);",
    replace: "return tell({ ...next, behind, sent }, pair.name, 'identity-changed', words, nowMs);",
    guards: 'Another server at the standby’s address is judged anew.',
  },
];

const acting: readonly Mutant[] = [
  {
    name: 'pause-moves',
    file: 'lib/core/conditions.ts',
    find: 'export const wantsFailover = (s: Situation) => couldFailOver(s) && !s.paused;',
    replace: 'export const wantsFailover = (s: Situation) => couldFailOver(s);',
    guards: 'Nothing is moved in a pause.',
  },
  {
    name: 'opens-who-is-behind',
    file: 'lib/core/conditions.ts',
    find: '  s.holder.server?.writable === false &&\n  s.behind !== null;',
    replace: '  s.holder.server?.writable === true &&\n  s.behind !== null;',
    guards: 'A holder that lacks what it had sent is not opened.',
  },
  {
    name: 'half-closed-is-closed',
    file: 'lib/core/conditions.ts',
    find: 'standby.server !== null && !isClosed(standby.server);',
    replace: 'standby.server !== null && standby.server.writable;',
    guards: 'A node that only privileged accounts can write on is not closed.',
  },
  {
    name: 'opens-what-a-person-closed',
    file: rows.held,
    find: "(closedByHand(s) && (s.paused || told(s, 'holder-opened')) && !isOpenUnasked(s))",
    replace: "(closedByHand(s) && s.paused && told(s, 'holder-opened') && !isOpenUnasked(s))",
    guards: 'What a person closes in a pause, or twice, is left and alerted.',
  },
  {
    name: 'attempts-spend-guard',
    file: 'lib/core/end-plan.ts',
    find: 'const moved = plan.vipMoved ? withHolder(countMove(ended, plan, close), plan, close) : ended;',
    replace: 'const moved = plan.vipMoved ? withHolder(ended, plan, close) : countMove(ended, plan, close);',
    guards: 'The flap guard counts moves, not attempts.',
  },
  {
    name: 'tries-without-pause',
    file: 'lib/core/begin-plan.ts',
    find: 'return nowMs - triedAtMs >= TRY_AGAIN_MS;',
    replace: 'return true;',
    guards: 'A plan that was undone is not tried again at once.',
  },
  {
    name: 'detached-is-forgotten',
    file: 'lib/core/end-plan.ts',
    find: 'return { ...memory, detached: { node: step.node, from: step.source, atMs: nowMs, missing: null } };',
    replace: 'return memory;',
    guards: 'A channel that was stopped is remembered until it is started again.',
  },
  {
    name: 'no-detach',
    file: 'lib/core/plans.ts',
    find: "const detach: Step[] = [{ kind: 'detach', node: to, source: from }];",
    replace: 'const detach: Step[] = [];',
    guards: 'The old holder’s tail must not be applied over newer rows.',
  },
  {
    name: 'freeze-kills-first',
    file: 'lib/core/plans.ts',
    find: "kills: killLong ? 'to-close' : 'once-closed'",
    replace: "kills: 'to-close'",
    guards: 'A planned move kills nobody before the freeze is certain.',
  },
  {
    name: 'no-inspection',
    file: 'lib/core/plans.ts',
    find: "      [{ kind: 'inspect', node: from, killLong }],\n",
    replace: '',
    guards: 'A planned move names long sessions before it freezes anything.',
  },
  {
    name: 'second-thoughts-undo',
    file: 'lib/core/orders.ts',
    find: 'if (moved?.from === to && agoMs < SECOND_THOUGHT_MS && !order.force) {',
    replace: 'if (moved?.from === to && agoMs < 0 && !order.force) {',
    guards: 'Two switchovers sent at once do not undo each other.',
  },
  {
    name: 'told-once-for-ever',
    file: 'lib/core/alerts.ts',
    find: 'if (report === undefined || hasEnded(code, report, nowMs)) {',
    replace: 'if (report === undefined) {',
    guards: 'A second loss in one incident is alerted.',
  },
  {
    name: 'never-again',
    file: 'lib/core/alerts.ts',
    find: 'if (nowMs >= report.sinceMs + repeatAfterMs(report.times, code)) {',
    replace: 'if (nowMs >= Number.POSITIVE_INFINITY) {',
    guards: 'What lasts is alerted again.',
  },
  {
    name: 'unbounded-outbox',
    file: 'lib/core/bounds.ts',
    find: 'if (kept.size === ALERTS_MAX || size > OUTBOX_MAX) break;',
    replace: 'if (kept.size === ALERTS_MAX * OUTBOX_MAX) break;',
    guards: 'A record that is too large for the store stops all work on its pair.',
  },
  {
    name: 'a-reset-is-no-news',
    file: historyReasons,
    find: '    ...reasonsOfReset(terms),\n',
    replace: '',
    guards:
      'A standby of a holder whose binary log was reset lacks what was written since, whatever its places say.',
  },
  {
    name: 'logs-of-any-name',
    file: 'lib/core/log-place.ts',
    find: "return one.file !== '' && seriesOf(one) === seriesOf(other);",
    replace: "return one.file !== '' && other.file !== '';",
    guards: 'Numbers of logs of two names cannot be compared.',
  },
  {
    name: 'shut-out-is-a-witness',
    file: 'lib/core/source-errors.ts',
    find: '  2061, //',
    replace: '  20610, //',
    guards: 'A channel that its source refuses does not show that the source is dead.',
  },
  {
    name: 'offline-serves',
    file: 'lib/core/steady.ts',
    find: '    !holder.server.offline &&\n',
    replace: '',
    guards: 'A holder that refuses all clients is not steady.',
  },
  {
    name: 'freezes-in-vain',
    file: 'lib/core/conditions.ts',
    find: 'inbound.delaySeconds < limitSeconds',
    replace: 'inbound.delaySeconds >= 0',
    guards: 'A switchover to a standby with a long delay keeps clients waiting and is undone.',
  },
  {
    name: 'a-clock-is-a-restart',
    file: 'lib/core/same-process.ts',
    find: 'return [verdict, { ...verdict, server: { ...server, uptimeSeconds } }];',
    replace: 'return [verdict];',
    guards:
      'A host whose clock is set has not restarted, so what a person set on its server is not undone in a pause.',
  },
];

export const coreMutants: readonly Mutant[] = [...ids, ...seeing, ...fit, ...acting];
