/** Facts → what remove would do. */
import { expect, it } from 'vitest';
import { removeGoals } from '../../../lib/core/setup/remove-goals.ts';
import { on, pair, readyFacts } from './ready-facts.ts';

it('removes what is there, and replication only when asked to', () => {
  const facts = on(readyFacts('5.6.24', 'mysql-5.6'), 0, { vipUnit: true, heartbeat: true });
  const open = (channels: boolean) =>
    removeGoals(pair, facts, channels).flatMap(({ name, node, state }) =>
      state === 'open' ? `${name} ${node}` : [],
    );
  expect(open(false)).toEqual([
    'no-vip-unit db1',
    'no-configuration-file db1',
    'no-configuration-file db2',
    'no-monitor-account db1',
    'no-monitor-account db2',
  ]);
  expect(open(true).slice(0, 4)).toEqual([
    'no-channel db1',
    'no-channel db2',
    'no-replication-account db1',
    'no-replication-account db2',
  ]);
});
