import { describe, expect, it } from 'vitest';
import type { EventCode } from '../../lib/core/alert/events.ts';
import type { Alert } from '../../lib/core/alert/incident.ts';
import { allSafeguards } from '../../lib/core/decision/safeguards.ts';
import { AlertDesk } from '../../lib/watch/alert-desk.ts';
import { PortError } from '../../lib/watch/ports/port-error.ts';
import type { Ports } from '../../lib/watch/ports/ports.ts';
import { VirtualClock } from './clock.ts';

/** A desk with an outbox, as a leader has them, and SNS. */
function office() {
  const clock = new VirtualClock();
  const mails: string[][] = [];
  const texts: string[] = [];
  const metrics: string[] = [];
  /** `down`: SNS does not answer; `put off`: a plan is in haste; or the ids of alerts that SNS refuses. */
  const broken = new Set<string>();
  const outbox: Alert[] = [];
  const quiet = () => undefined;
  const ports = {
    clock,
    log: { error: quiet },
    metrics: { publish: (name: string) => void metrics.push(name) },
    alerts: {
      publish: async (alerts: readonly Alert[]) => {
        if (broken.has('down')) throw new PortError('timeout', 'SNS does not answer');
        if (alerts.some(({ id }) => broken.has(id))) throw new PortError('denied', 'SNS says no');
        mails.push(alerts.map(({ id }) => id));
        texts.push(...alerts.map(({ happened }) => happened));
      },
    },
  } as unknown as Ports;
  const desk = new AlertDesk(ports, allSafeguards);
  desk.add({
    waiting: () => [...outbox],
    isPutOff: () => broken.has('put off'),
    onPublished: (id) => void outbox.splice(0, outbox.length, ...outbox.filter((alert) => alert.id !== id)),
  });
  const tell = (id: string, code: EventCode = 'both-lost') =>
    outbox.push({
      id,
      code,
      pair: 'orders',
      incident: null,
      atMs: clock.nowMs(),
      happened: `${id}.`,
      done: '',
      todo: '',
      steps: [],
    });
  /** A second passes, and what is due goes out. */
  const tick = async (times = 1) => {
    for (let index = 0; index < times; index += 1) {
      await clock.pass(1000);
      desk.send();
      await desk.idle();
    }
  };
  return { desk, clock, mails, texts, metrics, broken, outbox, tell, tick };
}

describe('the alert desk', () => {
  it('sends what waits together in one mail, once', async () => {
    const { mails, outbox, tell, tick } = office();
    tell('1');
    tell('2');
    await tick(3);
    expect([mails, outbox]).toEqual([[['1', '2']], []]);
  });

  it('sends nothing of a pair whose plan is in haste, and loses none of it', async () => {
    const { mails, broken, outbox, tell, tick } = office();
    broken.add('put off');
    tell('1');
    await tick(3);
    expect([mails, outbox.length]).toEqual([[], 1]);
    broken.clear();
    await tick();
    expect([mails, outbox]).toEqual([[['1']], []]);
  });

  it('keeps a distance between two mails', async () => {
    const { desk, clock, mails, tell } = office();
    tell('1');
    desk.send();
    await desk.idle();
    tell('2');
    await clock.pass(899);
    desk.send();
    await desk.idle();
    expect(mails).toEqual([['1']]);
    await clock.pass(1);
    desk.send();
    await desk.idle();
    expect(mails).toEqual([['1'], ['2']]);
  });

  it('keeps what SNS does not answer for, and sends it after 5 s', async () => {
    const { mails, metrics, broken, outbox, tell, tick } = office();
    broken.add('down');
    tell('1');
    await tick();
    expect([metrics, outbox.length]).toEqual([['PublishFailure'], 1]);
    broken.clear();
    await tick(4);
    expect(mails).toEqual([]);
    await tick();
    expect([mails, outbox]).toEqual([[['1']], []]);
  });

  it('sends what is fresh before what was not answered for', async () => {
    const { mails, broken, tell, tick } = office();
    broken.add('down');
    tell('1');
    await tick();
    broken.clear();
    tell('2');
    await tick(6);
    expect(mails).toEqual([['2'], ['1']]);
  });

  it('sends the others without one that SNS refuses; that one alone, plainly and ever more seldom', async () => {
    const { mails, texts, metrics, broken, tell, tick } = office();
    broken.add('1');
    tell('1');
    tell('2');
    await tick(120);
    expect(mails).toEqual([['2']]);
    expect(metrics.length).toBeLessThan(12);
    broken.clear();
    await tick(15);
    expect(mails).toEqual([['2'], ['1']]);
    expect(texts.at(-1)).toMatch(/Shortened: SNS refused/);
  });

  it('keeps none waiting for one that SNS has just refused', async () => {
    const { mails, broken, tell, tick } = office();
    broken.add('1');
    tell('1');
    await tick();
    tell('2');
    await tick();
    expect(mails).toEqual([['2']]);
  });

  it('sends an alert that cannot be stored', async () => {
    const { desk, mails, broken, tick } = office();
    broken.add('down');
    const unstored = { id: '9', code: 'tick-fails', pair: 'orders', incident: null, atMs: 0 } as const;
    desk.post({ ...unstored, happened: 'the table is down.', done: '', todo: '', steps: [] });
    await tick();
    broken.clear();
    await tick(6);
    expect(mails).toEqual([['9']]);
  });
});
