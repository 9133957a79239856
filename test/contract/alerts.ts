/** What every `AlertPort` keeps to: the simulator's, and SNS. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Alert } from '../../lib/core/alert/incident.ts';
import type { AlertPort } from '../../lib/watch/ports/alerts.ts';

/** A topic with one confirmed subscription, and one that waits to be confirmed. */
export interface AlertWorld {
  readonly alerts: AlertPort;
  /** The codes of the alerts that arrived, in order. */
  arrived(): readonly string[];
  /** No alert is taken from now on, and no question is answered. */
  fail(): void;
  settle<T>(work: Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export const alert: Alert = {
  id: '0a1b2c3d',
  code: 'failover-done',
  pair: 'orders',
  incident: '41c0ffee',
  atMs: 1_786_708_893_000,
  happened: 'db1 refused connections; db2 was fit.',
  done: 'The VIP was moved to db2, which takes writes.',
  todo: 'Bring db1 back as standby.',
  steps: [],
};

export function alertContract(name: string, makeWorld: () => Promise<AlertWorld>): void {
  describe(`alert contract: ${name}`, () => {
    let world: AlertWorld;
    beforeEach(async () => {
      world = await makeWorld();
    });
    afterEach(() => world.close());

    it('has told people when it resolves', async () => {
      await world.settle(world.alerts.publish([alert]));
      await world.settle(world.alerts.publish([{ ...alert, id: '1', code: 'all-clear' }]));
      expect(world.arrived()).toEqual(['failover-done', 'all-clear']);
    });

    it('takes many alerts in one mail', async () => {
      const others = (['holder-lost', 'all-clear'] as const).map((code) => ({ ...alert, id: code, code }));
      await world.settle(world.alerts.publish([alert, ...others]));
      expect(world.arrived()).toEqual(['failover-done', 'holder-lost', 'all-clear']);
    });

    it('throws when they were not told, so that the alert stays in the outbox', async () => {
      world.fail();
      await expect(world.settle(world.alerts.publish([alert]))).rejects.toMatchObject({ name: 'PortError' });
      expect(world.arrived()).toEqual([]);
    });

    it('says how many subscriptions there are, and how many of them get nothing yet', async () => {
      const seen = await world.settle(world.alerts.subscriptions());
      expect(seen).toEqual({ kind: 'known', confirmed: 1, pending: 1 });
    });

    it('says that it is unknown, and why, without throwing', async () => {
      world.fail();
      const seen = await world.settle(world.alerts.subscriptions());
      expect(seen).toEqual({ kind: 'unknown', because: expect.stringMatching(/GetTopicAttributes/) });
    });
  });
}
