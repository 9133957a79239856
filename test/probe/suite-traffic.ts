/** What a pair costs in bytes while all is well: looks four times a second, heartbeats written and read. */
import { expect, test } from 'vitest';
import { round, type Subject } from './subject.ts';
import { type Said, tapWire } from './wire-tap.ts';

const settings = { lagLimitSeconds: 2, lookLimitMs: 500, lookIntervalMs: 250 };
/** As long as two whole rows of a channel are apart. Milliseconds. */
const FOR_MS = 20_000;
/** As long as watch has a look held by default. Milliseconds. */
const HOLD_MS = 5000;

/** `KEEPALAMBDA_TRAFFIC=1` prints what each statement takes. */
export function traffic(subject: Subject, mostBytes: number): void {
  test('few bytes a second while all is well', { timeout: 60_000 }, async () => {
    const tap = tapWire();
    try {
      await lookFor(subject, 3000);
      tap.take();
      const looked = await lookFor(subject, FOR_MS);
      const said = [...tap.take()].sort(([, one], [, other]) => bytesOf(other) - bytesOf(one));
      const perSecond = (of: (said: Said) => number) =>
        (1000 * said.reduce((sum, [, each]) => sum + of(each), 0)) / looked.ms;
      subject.times.bytesPerSecond = round(perSecond(bytesOf));
      subject.times.statementsPerSecond = round(perSecond(({ times }) => times));
      if (process.env.KEEPALAMBDA_TRAFFIC) {
        console.info(
          [
            ...said.map(([kind, each]) => lineOf(kind, each, looked.ms)),
            `interrupted ${looked.ends} times`,
          ].join('\n'),
        );
      }
      expect(perSecond(bytesOf)).toBeLessThan(mostBytes);
    } finally {
      tap.close();
    }
  });
}

/** Looks as watch does: held, and again at once when something differs. */
async function lookFor(subject: Subject, forMs: number) {
  const startMs = performance.now();
  let seen = 'nothing like it';
  let ends = 0;
  for (let ms = 0; ms < forMs; ms = performance.now() - startMs) {
    seen = (await subject.lookWith({ settings, seen }, Math.min(HOLD_MS, forMs - ms))).print;
    ends += 1;
  }
  return { ms: performance.now() - startMs, ends };
}

function bytesOf({ asked, answered }: Said): number {
  return asked + answered;
}

/** How often, the bytes of each question and of each answer, bytes a second, and the statement. */
function lineOf(kind: string, said: Said, forMs: number): string {
  const each = (bytes: number) => Math.round(bytes / Math.max(1, said.times));
  const perSecond = Math.round((bytesOf(said) * 1000) / forMs);
  return [said.times, each(said.asked), each(said.answered), perSecond, kind.slice(0, 110)].join('\t');
}
