/** What is judged of the mails, logs and history of every run of the lab. */
import { describe, expect, it, test } from 'vitest';
import { createEvents } from '../../lab/aws/events.ts';
import { readAll, secretIn, secrets, wrongsOfMail } from '../../lab/mails.ts';
import { accounts } from '../../lab/servers/accounts.ts';
import type { LabWorld } from '../../lab/world.ts';
import type { HistoryEntry } from '../../lib/watch/ports/store.ts';

const good = {
  subject: '[lab/orders] FAILED OVER db1 -> db2 in 1.9 s, nothing lost: mysqld stopped on db1',
  message:
    'x\n    npx keepalambda status orders --env lab\n  Runbook: https://example.com/runbook.md#failover-done\n',
};

test('a mail with a place, a command and an article has nothing wrong', () => {
  expect(wrongsOfMail(good)).toEqual([]);
});

describe('each of these alone is wrong', () => {
  it.each([
    ['no subject', { subject: null }, 2],
    ['a subject that is too long', { subject: `[lab/orders] ${'x'.repeat(100)}` }, 1],
    ['no place', { subject: 'FAILED OVER' }, 1],
    ['no command', { message: good.message.replace('npx', 'run') }, 1],
    ['no article', { message: good.message.replace('#failover-done', '') }, 1],
  ])('%s', (_, change, count) => {
    expect(wrongsOfMail({ ...good, ...change })).toHaveLength(count);
  });
});

it('finds a password, and its hash as MySQL prints it', () => {
  expect(secretIn(`user=${accounts.monitor.password};`, secrets)).toBe('the password of monitor');
  // SELECT PASSWORD('monitor-of-the-lab') of MySQL 5.6, without its star.
  const [, hash] = secrets;
  expect(hash?.value).toMatch(/^[0-9A-F]{40}$/);
  expect(secretIn(`IDENTIFIED BY PASSWORD '*${hash?.value}'`, secrets)).toBe('the password hash of monitor');
  expect(secretIn('nothing of it', secrets)).toBeNull();
});

it('reads mails, logs and history', async () => {
  const events = createEvents();
  const entry: HistoryEntry = {
    atMs: 1,
    pair: 'orders',
    incident: null,
    epoch: 1,
    what: 'step',
    text: accounts.repl.password,
  };
  const store = { history: async () => [entry] };
  const { wrongs } = readAll({ aws: { events }, store } as unknown as LabWorld);
  const text = `login as ${accounts.app.password}`;
  events.emit('log', { atMs: 1, functionName: 'watch', requestId: null, stream: 'stdout', text });
  expect(await wrongs()).toEqual([
    'the log of watch has the password of app',
    'the history has the password of repl',
  ]);
});
