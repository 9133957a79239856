/** The clock of a host that is off: `Seconds_Behind_Source`, times in logs and expiring certificates are wrong then. */
import type { Situation } from '../decision/situation.ts';
import type { Verdict } from './verdict.ts';

/** Which clocks are off is alerted beyond this. Milliseconds. */
export const CLOCK_OFF_MS = 2000;
/** And when it has lasted for this long: an answer that came late looks like a clock that is behind. Milliseconds. */
export const CLOCK_OFF_FOR_MS = 10_000;

/** Each node whose clock is off, and by how much; empty when none is. */
export function clocksOff({ holder, standby }: Pick<Situation, 'holder' | 'standby'>): readonly string[] {
  return [holder, standby].flatMap(clockOff);
}

function clockOff({ node, server }: Verdict): readonly string[] {
  const offMs = server?.clockOffMs ?? 0;
  if (Math.abs(offMs) <= CLOCK_OFF_MS) return [];
  const seconds = (Math.abs(offMs) / 1000).toFixed(1);
  return [`the clock of ${node} is ${seconds} s ${offMs > 0 ? 'ahead' : 'behind'}`];
}
