/** Guards of what was seen of servers, and of what it proves. */
import type { Mutant } from '../mutant.ts';

const misconfigured = 'lib/core/evidence/misconfigured.ts';
const verdict = 'lib/core/evidence/verdict.ts';
const life = 'lib/core/evidence/life.ts';
const witness = 'lib/core/evidence/witness.ts';

export const evidenceMutants: readonly Mutant[] = [
  {
    name: 'what-is-not-told-is-silence',
    file: witness,
    find: "  if (inbound.unanswered) return hearsSource(inbound, forMs) ? 'hears' : 'unknown';\n",
    replace: '',
    guards:
      'While a standby does not answer SHOW REPLICA STATUS, its last answer grows old, and proves no death.',
  },
  {
    name: 'a-death-is-a-wrong-file',
    file: misconfigured,
    find: '  if (isGone(instance?.state)) return null;\n',
    replace: '',
    guards: 'A terminated holder whose address another host has by now must not block the failover from it.',
  },
  {
    name: 'detached-is-a-wrong-file',
    file: misconfigured,
    find: "const isDeath = isGone(state) || state === 'unknown';",
    replace: 'const isDeath = false;',
    guards: 'A terminated holder whose ENI is kept must not block the failover from it.',
  },
  {
    name: 'any-interface',
    file: misconfigured,
    find: 'eni.deviceIndex > 0',
    replace: 'eni.deviceIndex > 1',
    guards: 'A VIP on a second interface does not answer, because replies leave by the first.',
  },
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
    find: 'return (semiSync?.timeoutMs ?? SEMI_SYNC_TIMEOUT_MS) + stuckMs;',
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
    find: "if (holder.kind === 'stopped') return witness === 'hears' || witness === 'turned-away';",
    replace: "if (holder.kind === 'stopped') return false;",
    guards: 'A firewall that rejects is no death while the standby hears the holder.',
  },
  {
    name: 'turned-away-is-dead',
    file: life,
    find: "if (holder.kind === 'stopped') return witness === 'hears' || witness === 'turned-away';",
    replace: "if (holder.kind === 'stopped') return witness === 'hears';",
    guards: 'A firewall that rejects is no death while the server answers the standby and refuses it.',
  },
  {
    name: 'turned-away-for-ever',
    file: life,
    find: '&& !wasTurnedAwaySince(standby, holder.sinceMs)',
    replace: '&& false',
    guards: 'An answer that is older than the refusal of the port is no sign of life.',
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
    find: "return cannotSay(signs.witness) && signs.wasDead ? 'unsure' : 'lives';",
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
      'It did in that run, behind what a standby that cannot be asked says; `test/core/evidence/life.test.ts` kills it since.',
  },
  {
    name: 'stopped-channel-is-silence',
    file: witness,
    find: "if (inbound.io === 'no') return 'unknown';",
    replace: '',
    guards: 'STOP REPLICA on the standby is no death of the holder.',
  },
  {
    name: 'unread-channel-is-silence',
    file: witness,
    find: 'if (inbound.heardAgoMs === null) return true;',
    replace: 'if (inbound.heardAgoMs === null) return false;',
    guards: 'A probe that has only begun to look has heard nothing, and that proves nothing.',
  },
  {
    name: 'own-loss-unseen',
    file: 'lib/core/evidence/behind.ts',
    find: "return lack === 'unknown' ? (memory.behind[verdict.node] ?? null) : lack;",
    replace: 'return null;',
    guards: 'A holder that came back with less than it sent must not give its numbers away again.',
  },
  {
    name: 'logs-of-any-name',
    file: 'lib/core/evidence/log-place.ts',
    find: "return one.file !== '' && seriesOf(one) === seriesOf(other);",
    replace: "return one.file !== '' && other.file !== '';",
    guards: 'Numbers of logs of two names cannot be compared.',
  },
  {
    name: 'shut-out-is-a-witness',
    file: 'lib/core/evidence/source-errors.ts',
    find: '  2061, //',
    replace: '  20610, //',
    guards: 'A channel that its source refuses does not show that the source is dead.',
  },
  {
    name: 'a-clock-is-a-restart',
    file: 'lib/core/evidence/same-process.ts',
    find: 'return [verdict, { ...verdict, server: { ...server, uptimeSeconds } }];',
    replace: 'return [verdict];',
    guards:
      'A host whose clock is set has not restarted, so what a person set on its server is not undone in a pause.',
  },
];
