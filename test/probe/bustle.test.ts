/** Whether a server is written to all the time: then the silence of its replica's channel is no rest of its clients. */
import { expect, it, test } from 'vitest';
import { Bustle } from '../../lib/probe/bustle.ts';

const uuid = '11111111-1111-1111-1111-111111111111';
const other = '22222222-2222-2222-2222-222222222222';
const mysql = (count: number) => `${uuid}:1-${count},\n${other}:1-7`;

/** So many commits between looks that are so far apart, for 3 s. */
function busyAfter(
  each: number,
  everyMs = 250,
  executed: (count: number) => string | null = mysql,
  who = uuid,
) {
  const bustle = new Bustle();
  for (let look = 0; look * everyMs <= 3000; look += 1)
    bustle.take(executed(100 + look * each), who, look * everyMs);
  return bustle;
}

test.each<[what: string, bustle: Bustle, isBusy: boolean]>([
  ['many commits between all looks', busyAfter(5), true],
  ['no more than heartbeats of ours', busyAfter(4), false],
  ['looks that are too far apart', busyAfter(50, 601), false],
  [
    'commits of the other node, which are applied',
    busyAfter(5, 250, (count) => `${other}:1-${count}`),
    false,
  ],
  ['no GTIDs', busyAfter(5, 250, () => null), false],
  ['MariaDB', busyAfter(5, 250, (count) => `0-1-${count},0-2-7`, 'server_id:1'), true],
  ['MariaDB, by the other node', busyAfter(5, 250, (count) => `0-1-9,0-2-${count}`, 'server_id:1'), false],
])('%s', (_, bustle, isBusy) => {
  expect(bustle.wasBusyAt(3100)).toBe(isBusy);
});

it('is over with the first look that shows a rest, and when it is long ago', () => {
  expect(busyAfter(5).wasBusyAt(13_001)).toBe(false);
  const resting = busyAfter(5);
  resting.take(mysql(161), uuid, 3250);
  expect(resting.wasBusyAt(3300)).toBe(false);
});
