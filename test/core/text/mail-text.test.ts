import { describe, expect, it } from 'vitest';
import type { EventCode } from '../../../lib/core/alert/events.ts';
import type { Alert } from '../../../lib/core/alert/incident.ts';
import type { Place } from '../../../lib/core/text/alert-text.ts';
import { mailOf } from '../../../lib/core/text/mail-text.ts';
import { place } from './place.ts';

const alert = (code: EventCode, pair = 'orders', incident: string | null = '41c0ffee'): Alert => ({
  id: `${pair}-${code}`,
  code,
  pair,
  incident,
  holder: 'db2',
  atMs: Date.UTC(2026, 7, 14, 12, 1, 33),
  happened: 'db1 is stopped.',
  done: 'The VIP was moved.',
  todo: '',
  steps: [],
});

const names = Array.from({ length: 30 }, (_, index) => `pair-${index}`);
const many: Place = {
  ...place,
  pairs: names.map((name) => ({ name, vip: '10.0.1.10', nodes: ['db1', 'db2'] })),
};

describe('a mail about one pair', () => {
  it.each<[what: string, codes: readonly EventCode[], about: RegExp]>([
    ['the newest of the most severe', ['holder-lost', 'both-lost', 'standby-unfit'], /both down/],
    ['the all-clear that came last', ['holder-lost', 'all-clear'], /all clear/],
  ])('has the subject of %s', (_, codes, about) => {
    expect(
      mailOf(
        codes.map((code) => alert(code)),
        place,
      ).subject,
    ).toMatch(about);
  });

  it('opens and resolves by its incident, in the shape of a CloudWatch alarm', async () => {
    const opens = mailOf([alert('holder-lost')], place);
    const ends = mailOf([alert('all-clear')], place);
    expect(JSON.parse(ends.machine)).toMatchObject({
      schema: 'keepalambda/alert/1',
      dedupKey: 'prod/orders/41c0ffee',
      action: 'resolve',
      NewStateValue: 'OK',
    });
    expect(JSON.parse(opens.machine).AlarmName).toBe(JSON.parse(ends.machine).AlarmName);
    await expect(`${JSON.stringify(JSON.parse(opens.machine), null, 2)}\n`).toMatchFileSnapshot(
      'mails/holder-lost.json',
    );
  });
});

/** A release that was rolled back has left it in the store. */
const foreign = alert('tide-is-high' as EventCode);

describe('an alert of a code that only another release knows', () => {
  it('goes out as urgent, with what happened', () => {
    const { subject, text, machine, attributes } = mailOf([alert('paused'), foreign], place);
    expect(subject).toBe('[prod/orders] an alert of another release');
    expect(text).toContain('Event        tide-is-high (critical, alert orders-tide-is-high)');
    expect(text.match(/db1 is stopped\./g)).toHaveLength(2);
    expect(attributes).toMatchObject({ severity: 'critical', event: ['paused', 'tide-is-high'] });
    expect(JSON.parse(machine).alerts[1]).toMatchObject({ severity: 'critical', clientsCanWrite: 'unknown' });
  });

  it('is looked up among the codes, and not among the properties that every object has', () => {
    expect(mailOf([alert('constructor' as EventCode)], place).attributes.severity).toBe('critical');
  });
});

describe('a mail about many pairs', () => {
  const mail = mailOf(
    names.map((name, index) => alert(index < 24 ? 'failover-done' : 'holder-lost', name, `i${index}`)),
    many,
  );

  it('counts in its subject, and has every pair in its text', () => {
    expect(mail.subject).toBe('[prod] 30 pairs: 24 failover done, 6 holder lost');
    for (const name of names) expect(mail.text).toContain(`\n- ${name}: `);
    expect(mail.attributes).toMatchObject({ severity: 'critical', pair: names });
  });

  it('is within what SNS takes, however long the texts are', () => {
    const long = (name: string): Alert => ({
      ...alert('failover-done', name),
      happened: 'x'.repeat(1000),
      done: 'y'.repeat(1000),
      steps: Array(30).fill('z'.repeat(300)),
    });
    const { subject, text, sms, machine } = mailOf([...names, ...names].map(long), many);
    const bytes = Buffer.byteLength(JSON.stringify({ default: text, sms, https: machine }));
    expect(bytes).toBeLessThan(262_144 - 20_000);
    expect(subject).toBe('[prod] 30 pairs: 60 failover done');
  });
});
