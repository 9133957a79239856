import type { Alert } from '../../core/alert/incident.ts';
import type { SubscriptionsSeen } from '../../core/config/subscriber.ts';

/** Mails, and who gets them. */
export interface AlertPort {
  /** Sends one mail about all of them. */
  publish(alerts: readonly Alert[]): Promise<void>;
  /** Whom they reach. It only looks, and never throws. */
  subscriptions(): Promise<SubscriptionsSeen>;
}
