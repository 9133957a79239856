/** The command itself: two pairs for as long as a vantage rests, by the shipped bundles, from the flags to the last line. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const bench = fileURLToPath(new URL('../../../bin/bench.ts', import.meta.url));

test('two pairs, with one vantage and with two: every figure that a moment shows is above zero', async () => {
  const out = await mkdtemp(path.join(tmpdir(), 'keepalambda-costs-'));
  try {
    const flags = ['--scale', '2', '--for', '12s', '--json', '--out', out];
    const { stdout } = await promisify(execFile)(process.execPath, [bench, ...flags]);
    const { scale } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    expect(scale).toHaveLength(2);
    const above = expect.toSatisfy((value: unknown) => Number(value) > 0);
    for (const [index, figures] of scale.entries()) {
      expect(figures).toMatchObject({
        pairs: 2,
        vantages: index + 1,
        steady: true,
        cpuPerPairAndSecond: above,
        memoryMb: { watch: above, probe: above },
        dynamodb: { readsPerPairAndMinute: above, writesPerPairAndMinute: above },
        busyEnvironments: { watch: above, probe: above },
        looksPerNodeAndSecond: above,
        mysqlBytesPerPairAndSecond: above,
        gigabyteSecondsPerMonth: above,
        dollarsPerMonth: above,
      });
    }
    expect(scale[0].itemsDollarsPerMonth['Transfer between zones']).toBe(0);
    expect(scale[1].itemsDollarsPerMonth['Transfer between zones']).toBeGreaterThan(0);
    expect(await readFile(path.join(out, 'costs.md'), 'utf8')).toContain('2 vantages');
  } finally {
    await rm(out, { recursive: true, force: true });
  }
});
