/** How many mails a person gets when the same thing happens again and again. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Alert } from '../../lib/core/memory.ts';
import type { Ports } from '../../lib/watch/ports.ts';
import { breakNow, endDrill, newDrill, twisted, watchOver } from './drill.ts';
import type { Stage } from './stage.ts';

let stage: Stage;
afterEach(() => endDrill(stage));

/** A watch leads; the codes of the alerts in each mail. */
function letterbox(): string[][] {
  stage = newDrill();
  const mails: string[][] = [];
  const alerts: Ports['alerts'] = {
    publish: async (sent: readonly Alert[]) => {
      await stage.one.alerts.publish(sent);
      mails.push(sent.map(({ code }) => code));
    },
  };
  watchOver(stage, twisted(stage.one, { rest: { alerts } }));
  return mails;
}

const minuteMs = 60_000;

/** Whoever holds the VIP loses its mysqld every 40 s, for 5 s, in an hour. */
async function flap(): Promise<void> {
  await stage.pass(30_000);
  for (let atMs = 0; atMs < 60 * minuteMs; atMs += 40_000) {
    breakNow(stage, 'mysqld-kill', 'holder', 5000);
    await stage.pass(40_000);
  }
}

describe('a person gets', () => {
  it('at most twelve mails in an hour of a holder that flaps, and has lost something each time', async () => {
    const mails = letterbox();
    await flap();
    expect(mails.length, JSON.stringify(mails)).toBeLessThanOrEqual(12);
  }, 120_000);

  it('at most four mails in an hour of a standby that is unfit', async () => {
    const mails = letterbox();
    await stage.pass(30_000);
    breakNow(stage, 'mysqld-kill', 'standby', 65 * minuteMs);
    await stage.pass(62 * minuteMs);
    expect(mails).toEqual(Array(4).fill(['standby-unfit']));
  }, 60_000);
});
