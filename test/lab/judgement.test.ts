/** How a run is judged, and what the faults' own judges make of what they see. */
import { describe, expect, test } from 'vitest';
import { createEvents } from '../../lab/aws/events.ts';
import { Alerts, notBefore, notNaming } from '../../lab/faults/alerted.ts';
import { wanted } from '../../lab/faults/codes.ts';
import { type Facts, type Standard, wrongsOf } from '../../lab/judgement.ts';
import { countOf } from '../../lab/servers/faults/channels.ts';
import type { LabWorld } from '../../lab/world.ts';

const standard: Standard = { expected: 'failover', alerts: ['failover-done'], verdict: 'stopped' };
const right: Facts = {
  outcome: 'failover',
  codes: ['failover-started', 'failover-done'],
  verdicts: ['serving', 'stopped'],
  lost: 1,
  twoWriters: 0,
  whole: true,
  denied: [],
  complaints: [],
};

test('a run in which all is right has nothing wrong', () => {
  expect(wrongsOf(standard, right)).toEqual([]);
});

describe('each of these alone is wrong', () => {
  test.each<[string, Partial<Facts>, Partial<Standard>, string]>([
    ['the outcome', { outcome: 'stay' }, {}, 'stay, expected failover'],
    ['an alert that did not come', { codes: ['failover-started'] }, {}, 'failover-done was not alerted'],
    [
      'an alert that the core does not have',
      {},
      { alerts: [wanted.misdirected] },
      'standby-misdirected was not alerted',
    ],
    [
      'the verdict',
      { verdicts: ['serving', 'stuck'] },
      {},
      'the holder was taken for serving, stuck, expected stopped',
    ],
    ['who takes writes in the end', { whole: false }, {}, 'in the end not exactly the holder takes writes'],
    ['a planned move that loses', {}, { planned: true }, 'a planned move lost 1'],
    ['two writers', { twoWriters: 3 }, {}, 'two writers took 3 writes'],
    ["the fault's own judge", { complaints: ['the old row won'] }, {}, 'the old row won'],
  ])('%s', (_what, facts, fault, wrong) => {
    expect(wrongsOf({ ...standard, ...fault }, { ...right, ...facts })).toEqual([wrong]);
  });
});

describe('what on-call is told', () => {
  const events = createEvents();
  const alerts = new Alerts({ aws: { events } } as LabWorld);
  const say = (code: string, message: string) =>
    events.emit('message', {
      atMs: 0,
      messageId: '',
      topicArn: '',
      subject: null,
      message,
      variants: {},
      attributes: { event: JSON.stringify([code]) },
    });

  test('an alert is waited for, and only that one counts', async () => {
    say('all-clear', 'all is well');
    const soon = alerts.within(wanted.holderLocked, 5000);
    setTimeout(() => say(wanted.holderLocked, 'session 42 of root holds it'), 60);
    expect((await soon)?.message).toContain('session 42');
    expect(await alerts.within('blind', 60)).toBeNull();
    expect(alerts.of('all-clear', wanted.holderLocked)).toHaveLength(2);
  });

  test('an alert that names another session, or none, does not count', () => {
    expect(notNaming(42, alerts.of(wanted.holderLocked))).toEqual([]);
    expect(notNaming(4, alerts.of(wanted.holderLocked))).toHaveLength(1);
    expect(notNaming(42, [])).toHaveLength(1);
  });

  test('an alert that did not come in time is said with the moment that it missed', () => {
    expect(notBefore('blind', null, 'the end')).toEqual(['blind was not alerted in 15 s, before the end']);
    expect(notBefore(wanted.holderLocked, alerts.of(wanted.holderLocked)[0] ?? null, 'the end')).toEqual([]);
  });
});

test.each([
  ['', 0],
  ['a-b:1-5', 5],
  ['a-b:1-5:7', 6],
  ['a-b:1-5:tag:1-3,\nc-d:9', 9],
])('transactions in the set %j', (set, count) => {
  expect(countOf(set)).toBe(count);
});
