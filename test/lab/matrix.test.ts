/** A fault that cannot be played on a server: its cell is there, with the reason. */
import { expect, test } from 'vitest';
import { whyNotOn } from '../../lab/faults/fault.ts';
import { faults } from '../../lab/faults/index.ts';
import type { Matrix } from '../../lab/matrix/command.ts';
import { renderMatrix } from '../../lab/matrix/render.ts';
import { catalogue } from '../../lab/servers/catalogue.ts';

const because = 'it has no plugin for that';
const matrix: Matrix = {
  servers: {
    old: { kill: { ok: true, outageMs: 900 }, stall: { notApplicable: because } },
    new: { kill: { ok: false, because: 'two writers' }, stall: { ok: true, outageMs: 8000 } },
  },
  ok: false,
};

test('a person sees the cell as not applicable, and why', () => {
  const text = renderMatrix(matrix);
  expect(text).toMatch(/stall +│ not applicable +│ ok, 8000 ms/);
  expect(text).toContain(`stall is not applicable to old: ${because}`);
  expect(text).toMatch(/kill +│ ok, 900 ms +│ FAILED/);
});

test('every fault can be played on some server', () => {
  for (const fault of Object.values(faults)) {
    expect(Object.keys(catalogue).map((server) => whyNotOn(fault, server))).toContain(null);
  }
});
