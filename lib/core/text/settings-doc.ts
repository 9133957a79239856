/** The settings of a pair and the limits that are no settings, for `docs/decisions.md`. */
import type { Pair, Settings } from '../config.ts';
import { VIP_WORD_LIFE_MS } from '../evidence.ts';
import { READINESS_LIFE_MS, UNHEARD_MS } from '../fitness.ts';
import { ALL_CLEAR_MS } from '../note-decision.ts';
import { ORDER_LIFE_MS } from '../orders.ts';
import { GONE_FENCE_MS, STATEMENT_LIMIT_MS } from '../plans.ts';
import { WITNESSED_MS } from '../rows-lost.ts';
import { BLIND_MS } from '../situation.ts';

type Choice =
  | 'writability'
  | 'fencing'
  | 'hostAddress'
  | 'holderReplicationFault'
  | 'holderStopping'
  | 'repair'
  | 'events'
  | 'writeProbe';

const choices: Readonly<Record<Choice, string>> = {
  writability:
    '`managed`: exactly one node takes writes. `untouched`: keepalambda never changes `read_only`.',
  fencing: 'For an old holder that does not answer: `none`, `isolate` or `stop-instance`.',
  hostAddress: '`prebound`: both hosts carry the VIP already. `ssm`: bind and unbind it at each move.',
  holderReplicationFault: 'The holder fails the check: `failover`, as mysql_check does, or `page`.',
  holderStopping:
    'The instance of a holder that still serves is stopping: `switchover` away from it, or `wait` for its end.',
  repair: 'What is restarted on a lost node, once an incident: `mysqld`, `keepalived`.',
  events:
    'Scheduled events: `managed`: the scheduler runs on the holder alone. `leave`: it is never touched.',
  writeProbe: 'Whether looks at the holder commit a heartbeat row.',
};

const settings: Readonly<Record<keyof Settings, string>> = {
  lagLimitSeconds: 'The check fails at this lag.',
  stoppedLooks: 'So many looks must find the port refused before a node is `stopped`.',
  stoppedIntervalMs: 'Time between those looks.',
  silentLooks: 'So many looks must stay unanswered before a node is `silent`.',
  silentIntervalMs: 'Time between those looks.',
  lookLimitMs: 'A look waits so long for a connection or an answer.',
  lookIntervalMs: 'The probe looks so often while a look is held open.',
  holdMs: 'A held look stays open so long while nothing changes.',
  stuckMs: 'A holder that commits no heartbeat for so long is `stuck`.',
  lockedMs:
    'The same while a session holds a global lock, as a backup does; the session is named at `stuckMs`.',
  replicationFaultMs: 'A replication or lag fault of the holder must last so long.',
  readinessMs: 'A standby must be unfit for so long before that is remembered, and paged.',
  witnessMs: 'The standby is a witness while it heard the holder within this time.',
  hungWitnessMs:
    'The same where its host still accepts connections, so that mysqld is silent and not our path: at most `witnessMs`.',
  catchUpLimitMs: 'A failover waits so long for the new holder to apply what it received.',
  freezeLimitMs: 'A switchover keeps writes frozen no longer.',
  flapLimit: 'So many automatic failovers an hour, then a person has to look.',
  flapQuietMs: 'No automatic failover so soon after the last.',
};

const limits: readonly (readonly [what: string, ms: number])[] = [
  ['All vantages, or EC2, must have been blind for so long before a person is told.', BLIND_MS],
  ["EC2's last word on the VIP counts for so long when it stops answering.", VIP_WORD_LIFE_MS],
  ['A holder that only the standby still hears is told after so long.', WITNESSED_MS],
  ["The standby's channel may hear nothing for so long while the holder commits a heartbeat.", UNHEARD_MS],
  ['The standby must have been seen fit within this time before the loss.', READINESS_LIFE_MS],
  ['Fencing waits so long for a holder that is gone.', GONE_FENCE_MS],
  ['A statement on a node may take so long.', STATEMENT_LIMIT_MS],
  ["An operator's order that waits longer is refused.", ORDER_LIFE_MS],
  ['The pair must be steady for so long before the all-clear.', ALL_CLEAR_MS],
];

/** Choices, settings with their defaults, and fixed limits, as lines of Markdown. `pair` has only defaults. */
export function renderSettings(pair: Pair): readonly string[] {
  return [
    '### Choices of a pair',
    '',
    ...table(
      ['choice', 'default', 'meaning'],
      Object.entries(choices).map(([key, text]) => row(key, pair[key as Choice], text)),
    ),
    '',
    '### Settings of a pair',
    '',
    ...table(
      ['setting', 'default', 'meaning'],
      Object.entries(settings).map(([key, text]) => row(key, pair.settings[key as keyof Settings], text)),
    ),
    '',
    '### Limits that are no settings',
    '',
    ...table(
      ['limit', 'ms'],
      limits.map(([what, ms]) => [what, `${ms}`]),
    ),
  ];
}

/** A Markdown table. */
export function table(head: readonly string[], body: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...body.map(line)];
}

function row(key: string, value: unknown, text: string): readonly string[] {
  const shown = Array.isArray(value) && value.length === 0 ? 'none' : `\`${String(value)}\``;
  return [`\`${key}\``, shown, text];
}
