/** Guards of whether the standby could take over. */
import type { Mutant } from '../mutant.ts';

const fitness = 'lib/core/standby/fitness.ts';
const historyReasons = 'lib/core/standby/history-reasons.ts';
const readinessReasons = 'lib/core/standby/readiness-reasons.ts';

export const standbyMutants: readonly Mutant[] = [
  {
    name: 'unlogged-is-not-lost',
    file: 'lib/core/standby/unknown-loss.ts',
    find: 'const isUnlogged = unlogged?.node === from || isUnloggedNow(situation, from);',
    replace: 'const isUnlogged = false;',
    guards: 'Of what was written without a binary log, no alert says that nothing is lost.',
  },
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
    find: 'return reasonsOfRestart(memory.receivedWhenLost, readiness, standby, peerIdentity);',
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
    find: '(!isCutOff || hasEnough)',
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
    name: 'stale-look-is-loss',
    file: 'lib/core/standby/lead.ts',
    find: '  if (server.writable) return null;\n  if (server.executed',
    replace: '  if (server.executed',
    guards: 'A holder that writes is ahead of every earlier look at it.',
  },
  {
    name: 'a-reset-is-no-news',
    file: historyReasons,
    find: ', ...reasonsOfReset(terms)];',
    replace: '];',
    guards:
      'A standby of a holder whose binary log was reset lacks what was written since, whatever its places say.',
  },
];
