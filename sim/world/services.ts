/** How the services beside EC2 are doing: DynamoDB, SSM, SNS, Lambda. Faults change it, and change it back. */
import type { Subscriptions } from '../../lib/core/config/subscriber.ts';

export interface Services {
  /** How the table answers: `down` lets every call time out without an effect. */
  readonly store: 'up' | 'down';
  /** How likely an answer of the table is lost after the call took effect. */
  readonly storeLost: number;
  /** How much longer than usual calls to the table take, at most. Milliseconds. */
  readonly storeSlowMs: number;
  /** How SNS answers: `down` lets calls time out, `denies` refuses every alert. */
  readonly alerts: 'up' | 'down' | 'denies';
  /** Refuses the next alert that comes, for good, and takes all others. */
  readonly refusesOneAlert: boolean;
  /** How likely an answer of SNS is lost after the alert was published. */
  readonly alertsLost: number;
  /** Who has subscribed to the topic. */
  readonly subscriptions: Subscriptions;
  readonly host: 'up' | 'down';
  /** How likely the answer of a database command is lost after it took effect. */
  readonly databaseLost: number;
  /** The account's concurrency: `dry` lets no invocation begin; those under way go on. */
  readonly pool: 'free' | 'dry';
}

export const calmServices: Services = {
  store: 'up',
  storeLost: 0,
  storeSlowMs: 0,
  alerts: 'up',
  refusesOneAlert: false,
  alertsLost: 0,
  subscriptions: { confirmed: 1, pending: 0 },
  host: 'up',
  databaseLost: 0,
  pool: 'free',
};

const services = Object.keys(calmServices) as (keyof Services)[];

/** What SNS does keeps nobody from seeing and acting. */
const ofAlerts: ReadonlySet<keyof Services> = new Set([
  'alerts',
  'alertsLost',
  'refusesOneAlert',
  'subscriptions',
]);

/** Whether all services but SNS are as they are on most days. */
export function areCalmButAlerts(now: Services): boolean {
  return services.every((key) => now[key] === calmServices[key] || ofAlerts.has(key));
}
