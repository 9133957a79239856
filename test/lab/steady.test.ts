/** When the lab goes on: by what keepalambda remembers of a pair. */
import { expect, test } from 'vitest';
import { isSteady } from '../../lab/steady.ts';
import type { Reported } from '../../lib/core/alert/incident.ts';
import { emptyMemory, type Memory } from '../../lib/core/memory/memory.ts';

const readiness = {
  node: 'db2',
  fit: true,
  atMs: 5,
  reasons: [],
  badSinceMs: null,
} as unknown as Memory['readiness'];
const incident = { id: 'i1', row: 'standby-unfit', openedAtMs: 1, told: [] } as unknown as Memory['incident'];
const report: Reported = { sinceMs: 1, overSinceMs: null, times: 1, toldAtMs: [1], heldBack: 0 };

test.each<[what: string, memory: Partial<Memory>, steady: boolean]>([
  ['a standby that was seen fit', { readiness }, true],
  ['nothing seen yet', {}, false],
  ['something is on', { readiness, incident, reports: { 'standby-unfit': report } }, false],
  [
    'all is over, and may come back',
    { readiness, incident, reports: { 'standby-unfit': { ...report, overSinceMs: 4 } } },
    true,
  ],
  [
    'all is over, and a repair may not be tried anew yet',
    { readiness, incident: incident && { ...incident, told: ['repaired'] } },
    false,
  ],
])('%s', (_, memory, steady) => {
  expect(isSteady({ ...emptyMemory, ...memory })).toBe(steady);
});
