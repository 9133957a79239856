/**
 * What on-call needs beside the words of an alert: how urgent it is, whether clients can write, and the commands to
 * paste. One line for each event.
 */
import type { EventCode } from './events.ts';

/** `critical`: wake somebody. `warning`: look at it today. `info`: nothing to do. */
export type Severity = (typeof severities)[number];

/** From the least to the most. */
export const severities = ['info', 'warning', 'critical'] as const;

/** Whether clients can write when the alert goes out, unless the case knows better. */
export type Writes = 'yes' | 'no' | 'not yet' | 'probably' | 'unknown';

export interface Remedy {
  readonly severity: Severity;
  readonly writes: Writes;
  /** Commands to paste, without the program and the environment. `{pair}`, `{holder}` and `{standby}` are filled in. */
  readonly commands: readonly string[];
}

const status = 'status {pair}';
const explain = 'explain {pair}';
const history = 'history {pair}';
/** What allows automatic failovers again. */
export const acknowledge = 'acknowledge {pair} --why "the cause is found"';

/** What a person does who moves the VIP to the standby. */
export function failover(why: string, terms = ''): string {
  return `failover {pair} --to {standby}${terms} --why "${why}"`;
}

/** What a person does who accepts that what the standby has not received is lost. */
export const acceptLoss = failover('{holder} is lost', ' --force --accept-loss');

function remedy(severity: Severity, writes: Writes, ...commands: readonly string[]): Remedy {
  return { severity, writes, commands };
}

export const remedies: Readonly<Record<EventCode, Remedy>> = {
  'failover-started': remedy('critical', 'not yet', status),
  'failover-done': remedy(
    'critical',
    'yes',
    status,
    'switchover {pair} --to {standby} --why "back to the old roles"',
  ),
  'failover-aborted': remedy('critical', 'no', explain, acceptLoss),
  'plan-incomplete': remedy('critical', 'unknown', status, explain),
  'switchover-done': remedy('info', 'yes', status),
  'switchover-undone': remedy(
    'warning',
    'yes',
    status,
    'switchover {pair} --to {standby} --why "second try"',
  ),
  'would-act': remedy('critical', 'unknown', explain),
  'vip-reattached': remedy('warning', 'yes', history),
  'vip-unheld': remedy('critical', 'no', status, failover('the VIP is on no node', ' --force')),
  'holder-opened': remedy('warning', 'yes', history),
  'standby-closed': remedy('warning', 'yes', status),
  'standby-unfit': remedy('warning', 'yes', status),
  'holder-fails-check': remedy('warning', 'yes', status),
  'holder-lost': remedy('critical', 'no', explain, acceptLoss),
  'service-lost': remedy('critical', 'no', explain, status),
  'both-lost': remedy('critical', 'no', status),
  blind: remedy('critical', 'unknown', status),
  'ec2-blind': remedy('critical', 'unknown', status),
  'locked-out': remedy('critical', 'probably', status),
  saturated: remedy('critical', 'probably', status),
  'flap-guard': remedy('critical', 'no', acknowledge, failover('{holder} is lost')),
  repaired: remedy('warning', 'unknown', status),
  'loss-counted': remedy('info', 'yes', status, 'divergence {pair}'),
  paused: remedy('info', 'yes', 'resume {pair} --why "the work is done"'),
  resumed: remedy('info', 'yes', status),
  'holder-behind': remedy('critical', 'no', failover('{holder} lost transactions', ' --force')),
  'holder-locked': remedy('critical', 'no', explain),
  'holder-refuses-writes': remedy('critical', 'no', status, failover('{holder} refuses writes')),
  'heartbeat-barred': remedy('warning', 'probably', status),
  'login-refused': remedy('warning', 'yes', status),
  'standby-log-reset': remedy(
    'warning',
    'yes',
    status,
    'rebuild {pair} {standby} --why "its binary log was reset"',
  ),
  'clock-off': remedy('warning', 'yes', status),
  'standby-misdirected': remedy('warning', 'yes', status),
  misconfigured: remedy('critical', 'probably', status),
  'same-identity': remedy('critical', 'probably', status),
  'identity-changed': remedy(
    'warning',
    'probably',
    status,
    'acknowledge {pair} --why "the node was rebuilt"',
  ),
  'standby-locked': remedy('warning', 'yes', status),
  'standby-writes': remedy('warning', 'yes', status),
  'waits-for-acknowledgement': remedy('critical', 'no', status),
  'events-will-stop': remedy('warning', 'yes', status),
  'doctor-found': remedy('warning', 'yes', 'doctor {pair}'),
  'doctor-clear': remedy('info', 'yes', 'doctor {pair}'),
  'channel-detached': remedy(
    'warning',
    'yes',
    'divergence {pair}',
    'rebuild {pair} {standby} --why "its transactions were looked at"',
    'reattach {pair} --accept-loss --why "the transactions were looked at"',
  ),
  'channel-attached': remedy('info', 'yes', status),
  'channel-restarted': remedy('info', 'yes', status),
  'replicas-repointed': remedy('info', 'yes', status),
  'replicas-left-behind': remedy('warning', 'yes', status),
  'maintenance-stopped': remedy('warning', 'yes', status, 'maintain {pair} --stop --why "it stopped"'),
  'plan-waits': remedy('critical', 'unknown', status),
  'vip-moved-by-hand': remedy('warning', 'unknown', status, history),
  'writability-changed': remedy('warning', 'unknown', status),
  'tick-fails': remedy('critical', 'probably', status),
  'not-acknowledged': remedy('critical', 'unknown', status),
  'all-clear': remedy('info', 'yes', history),
};

/** Of a code that only another release knows. How urgent that is cannot be told, so somebody is to look. */
const unknownRemedy: Remedy = remedy('critical', 'unknown', status);

/** The same for an alert that was read from the store: a release that was rolled back may have left any code. */
export function remedyOf(code: string): Remedy {
  return Object.hasOwn(remedies, code) ? remedies[code as EventCode] : unknownRemedy;
}
