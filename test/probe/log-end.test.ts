/** The end of the binary log that a look tells: a place that the server has left is none. */
import { expect, test } from 'vitest';
import { noPlace } from '../../lib/core/evidence/log-place.ts';
import { logEndAt } from '../../lib/probe/log-end.ts';

const place = { file: 'binlog.000007', offset: 4711 };
const look = { beganAtMs: 10_000, atMs: 10_050 };

test.each<[what: string, executed: string | null, readAtMs: number, isTold: boolean]>([
  ['beside GTIDs, what this look has read', 'a:1-9', 10_020, true],
  ['beside GTIDs, what an earlier one has read', 'a:1-9', 9990, false],
  ['without them, what was read within the last seconds', null, 7600, true],
  ['without them, what statements that are stuck keep us from reading anew', null, 7500, false],
  ['what was never read', null, Number.NEGATIVE_INFINITY, false],
])('%s', (_, executed, readAtMs, isTold) => {
  expect(logEndAt({ executed }, place, readAtMs, look)).toEqual(isTold ? place : noPlace);
});
