import { describe, expect, it } from 'vitest';
import type { EventCode } from '../../../lib/core/alert/events.ts';
import { nextMail, type Sent, type Waiting } from '../../../lib/core/alert/mails.ts';

const waiting = (code: EventCode, pair: string, atMs: number): Waiting => ({
  alert: {
    id: `${pair}-${code}-${atMs}`,
    code,
    pair,
    incident: null,
    atMs,
    happened: '',
    done: '',
    todo: '',
    steps: [],
  },
  refusals: 0,
  losses: 0,
  notBeforeMs: 0,
});

/** A post office that looks each second; the alerts of each mail. */
function mailsOf(
  alerts: readonly Waiting[],
  forMs: number,
): readonly { atMs: number; alerts: readonly Waiting[] }[] {
  const mails: { atMs: number; alerts: readonly Waiting[] }[] = [];
  let left = alerts;
  for (let nowMs = 0; nowMs <= forMs; nowMs += 1000) {
    const there = left.filter(({ alert }) => alert.atMs <= nowMs);
    const sent: Sent[] = mails.map((mail) => ({
      atMs: mail.atMs,
      pairs: mail.alerts.map(({ alert }) => alert.pair),
    }));
    const mail = nextMail(there, sent, nowMs);
    if (mail.length === 0) continue;
    mails.push({ atMs: nowMs, alerts: mail });
    left = left.filter((one) => !mail.includes(one));
  }
  expect(left).toEqual([]);
  return mails;
}

describe('the start of a failover', () => {
  it('waits for 5 s, and goes out alone when nothing follows', () => {
    expect(mailsOf([waiting('failover-started', 'orders', 0)], 10_000).map(({ atMs }) => atMs)).toEqual([
      5000,
    ]);
  });

  it('goes out with what follows sooner, in order', () => {
    const [mail] = mailsOf(
      [waiting('failover-started', 'orders', 0), waiting('ec2-blind', 'orders', 2000)],
      10_000,
    );
    expect([mail?.atMs, mail?.alerts.map(({ alert }) => alert.code)]).toEqual([
      2000,
      ['failover-started', 'ec2-blind'],
    ]);
  });
});

describe('a zone with 30 pairs', () => {
  const pairs = Array.from({ length: 30 }, (_, index) => `pair-${index}`);
  /** Each fails over within 20 s, gets its zone back after 4 minutes, and is all right again within a minute. */
  const alerts = pairs.flatMap((pair, index) => [
    waiting('failover-done', pair, 2000 + index * 600),
    waiting('loss-counted', pair, 240_000 + index * 300),
    waiting('all-clear', pair, 260_000 + index * 1500),
  ]);

  it('that is lost is at most five mails in all', () => {
    const mails = mailsOf(alerts, 600_000);
    expect(mails.length).toBeLessThanOrEqual(5);
    expect(mails.flatMap((mail) => mail.alerts)).toHaveLength(90);
  });

  it('has every critical alert out within 20 s', () => {
    const criticals = pairs.map((pair, index) => waiting('holder-lost', pair, 2000 + index * 600));
    for (const { atMs, alerts: mail } of mailsOf(criticals, 120_000))
      for (const { alert } of mail) expect(atMs - alert.atMs).toBeLessThanOrEqual(20_000);
  });
});

it('never are two mails closer than a second, whatever waits', () => {
  const codes: readonly EventCode[] = ['holder-lost', 'standby-unfit', 'failover-started', 'all-clear'];
  const alerts = codes.flatMap((code, index) => [
    waiting(code, 'orders', index * 100),
    waiting(code, 'stock', index * 700),
  ]);
  const times = mailsOf(alerts, 60_000).map(({ atMs }) => atMs);
  expect(times.slice(1).every((atMs, index) => atMs - (times[index] ?? 0) >= 1000)).toBe(true);
});

describe('an escalation', () => {
  const escalation = (pair: string, atMs: number): Waiting => {
    const { alert, ...rest } = waiting('not-acknowledged', pair, atMs);
    return { ...rest, alert: { ...alert, escalates: true } };
  };

  it('goes out in a mail of its own, before the others, with those of other pairs', () => {
    const mails = mailsOf(
      [waiting('holder-lost', 'orders', 0), escalation('orders', 0), escalation('stock', 0)],
      10_000,
    );
    const sent = mails.map(({ atMs, alerts }) => [atMs, ...alerts.map(({ alert: { code } }) => code)]);
    expect(sent).toEqual([
      [0, 'not-acknowledged', 'not-acknowledged'],
      [1000, 'holder-lost'],
    ]);
  });

  it('that SNS refuses keeps no other alert back', () => {
    const refused = { ...escalation('orders', 0), refusals: 3, notBeforeMs: 15_000 };
    const [mail] = mailsOf([refused, waiting('holder-lost', 'orders', 0)], 20_000);
    expect([mail?.atMs, mail?.alerts.map(({ alert }) => alert.code)]).toEqual([0, ['holder-lost']]);
  });
});
