/** How many mails a person gets when the same thing happens again and again, or to many pairs at once. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Alert } from '../../lib/core/alert/incident.ts';
import type { Ports } from '../../lib/watch/ports/ports.ts';
import { breakNow, endDrill, newDrill, twisted, watchOver } from './drill.ts';
import type { Stage } from './stage.ts';
import { openZone, watchOverZone } from './zone.ts';

let stages: readonly Stage[] = [];
afterEach(() => stages.forEach(endDrill));

interface Post {
  readonly stage: Stage;
  /** The codes of the alerts in each mail. */
  readonly mails: string[][];
}

/** A watch leads one pair. */
function openPost(): Post {
  const stage = newDrill();
  stages = [stage];
  const mails: string[][] = [];
  const alerts: Ports['alerts'] = {
    publish: async (sent: readonly Alert[]) => {
      await stage.one.alerts.publish(sent);
      mails.push(sent.map(({ code }) => code));
    },
    subscriptions: () => stage.one.alerts.subscriptions(),
  };
  watchOver(stage, twisted(stage.one, { rest: { alerts } }));
  return { stage, mails };
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** A node loses its mysqld again and again, in an hour. */
async function flap(
  { stage }: Post,
  who: 'holder' | 'standby',
  everyMs: number,
  downMs: number,
): Promise<void> {
  await stage.pass(30_000);
  for (let atMs = 0; atMs < hourMs; atMs += everyMs) {
    breakNow(stage, 'mysqld-kill', who, downMs);
    await stage.pass(everyMs);
  }
}

const count = (mails: readonly (readonly string[])[], code: string) =>
  mails.flat().filter((each) => each === code).length;

describe('a person gets', () => {
  it.each([20, 40, 90, 200])(
    'at most six mails and one all-clear in an hour of a holder that flaps every %i s',
    async (everySeconds) => {
      const post = openPost();
      await flap(post, 'holder', everySeconds * 1000, 5000);
      expect(post.mails.length, JSON.stringify(post.mails)).toBeLessThanOrEqual(6);
      expect(count(post.mails, 'failover-done')).toBe(1);
      expect(count(post.mails, 'all-clear')).toBeLessThanOrEqual(1);
    },
    120_000,
  );

  it('at most six mails in an hour of a standby that flaps', async () => {
    const post = openPost();
    await flap(post, 'standby', 40_000, 15_000);
    expect(post.mails.length, JSON.stringify(post.mails)).toBeLessThanOrEqual(6);
    expect(count(post.mails, 'all-clear')).toBe(1);
  }, 120_000);

  it('four mails in a day of a standby that is unfit', async () => {
    const { stage, mails } = openPost();
    await stage.pass(30_000);
    breakNow(stage, 'mysqld-kill', 'standby', 30 * hourMs);
    await stage.pass(24 * hourMs - minuteMs);
    expect(mails).toEqual(Array(4).fill(['standby-unfit']));
  }, 240_000);

  it('an alert of the second loss in an incident, and of one that stays after that', async () => {
    const { stage, mails } = openPost();
    await stage.pass(30_000);
    // The standby cannot take over, so that each loss is alerted, and nothing is moved.
    breakNow(stage, 'mysqld-kill', 'standby', hourMs);
    await stage.pass(60_000);
    const lost = () => count(mails, 'both-lost') + count(mails, 'holder-lost') + count(mails, 'service-lost');
    const after: number[] = [];
    for (const downMs of [8000, 8000, 8000, 60_000]) {
      breakNow(stage, 'mysqld-kill', 'holder', downMs);
      await stage.pass(40_000);
      after.push(lost());
      await stage.pass(60_000);
    }
    expect(count(mails, 'all-clear')).toBe(0);
    const [first = 0, second = 0, third = 0, fourth = 0] = after;
    expect(first).toBeGreaterThan(0);
    expect(second).toBeGreaterThan(first);
    expect(fourth).toBeGreaterThan(third);
  }, 120_000);

  it('at most five mails of a zone with 30 pairs that is lost for four minutes, none of which is left out', async () => {
    const zone = openZone(30);
    stages = zone.stages;
    const mails: (readonly Alert[])[] = [];
    const [first] = stages;
    const subscriptions = async () => ({ kind: 'known', confirmed: 1, pending: 0 }) as const;
    watchOverZone(zone, { publish: async (sent) => void mails.push(sent), subscriptions });
    await first?.pass(30_000);
    expect(mails).toEqual([]);
    for (const stage of stages) breakNow(stage, 'host-down', 'holder', 4 * minuteMs);
    await first?.pass(10 * minuteMs);
    const codes = mails.map((mail) => mail.map(({ code }) => code));
    expect(mails.length, JSON.stringify(codes)).toBeLessThanOrEqual(5);
    expect(count(codes, 'failover-done')).toBe(30);
    expect(new Set(mails.flat().map(({ pair }) => pair)).size).toBe(30);
  }, 240_000);
});
