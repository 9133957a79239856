/**
 * The process between pairs of TAP interfaces: frames go from the first of each pair to the second through the
 * weather, and back at once. Arguments: the weather as JSON, then file descriptors, two and two. A line `on` or
 * `off` on standard input says whether the weather is on.
 */
import { read, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fateOf, type Weather } from './weather.ts';

/** More than any frame without offloads. */
const FRAME_BYTES = 4096;

const [given = '{}', ...descriptors] = process.argv.slice(2);
const weather = JSON.parse(given) as Weather;
let on = false;

function carry(from: number, to: number, hindered: boolean): void {
  const buffer = Buffer.alloc(FRAME_BYTES);
  const next = () =>
    read(from, buffer, 0, FRAME_BYTES, null, (error, length) => {
      if (error) return process.exit(1);
      const frame = Buffer.from(buffer.subarray(0, length));
      const forMs = hindered && on ? fateOf(weather, Math.random) : 0;
      if (forMs === 0) pass(to, frame);
      else if (forMs !== null) setTimeout(() => pass(to, frame), forMs);
      next();
    });
  next();
}

function pass(to: number, frame: Buffer): void {
  try {
    writeSync(to, frame);
  } catch {
    // The interface is down: what is sent into it vanishes.
  }
}

for (let index = 0; index + 1 < descriptors.length; index += 2) {
  const [outer, inner] = [Number(descriptors[index]), Number(descriptors[index + 1])];
  carry(outer, inner, true);
  carry(inner, outer, false);
}
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  on = line === 'on';
});
// The lab is gone.
lines.on('close', () => process.exit());
