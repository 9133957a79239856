/** How the services beside EC2 are doing: DynamoDB, SSM, SNS, Lambda. Faults change it, and change it back. */

export interface Services {
  /** How the table answers: `down` lets every call time out without an effect. */
  readonly store: 'up' | 'down';
  /** How likely an answer of the table is lost after the call took effect. */
  readonly storeLost: number;
  /** How much longer than usual calls to the table take, at most. Milliseconds. */
  readonly storeSlowMs: number;
  readonly alerts: 'up' | 'down';
  /** How likely an answer of SNS is lost after the alert was published. */
  readonly alertsLost: number;
  readonly host: 'up' | 'down';
  /** How likely the answer of a database command is lost after it took effect. */
  readonly databaseLost: number;
}

export const calmServices: Services = {
  store: 'up',
  storeLost: 0,
  storeSlowMs: 0,
  alerts: 'up',
  alertsLost: 0,
  host: 'up',
  databaseLost: 0,
};
