/** A fault that cannot be played on a server: its cell is there, with the reason, and counts for nothing. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
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

test('CI counts it as neither passed nor failed, and says so', async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'keepalambda-count-'));
  try {
    await writeFile(path.join(directory, 'matrix.json'), JSON.stringify(matrix));
    const { stdout, stderr } = await count(directory);
    expect(stderr).toContain(`not applicable: stall on old: ${because}`);
    expect(stderr).toContain('failed: kill on new');
    // Two cells passed; one failed, and so have the five others, of which there is no report.
    expect(stdout).toBe('2 passed, 6 failed\n');
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

test('every fault can be played on some server', () => {
  for (const fault of Object.values(faults)) {
    expect(Object.keys(catalogue).map((server) => whyNotOn(fault, server))).toContain(null);
  }
});

function count(directory: string): Promise<{ stdout: string; stderr: string }> {
  const script = fileURLToPath(new URL('../../.ci/count.mjs', import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, [script, directory], (_, stdout, stderr) => resolve({ stdout, stderr }));
  });
}
