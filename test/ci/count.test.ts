/** What the last line of a CI run counts, from reports that were written by hand. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const because = 'it has no plugin for that';
const matrix = {
  servers: {
    old: { kill: { ok: true, outageMs: 900 }, stall: { notApplicable: because } },
    new: { kill: { ok: false, because: 'two writers' }, stall: { ok: true, outageMs: 8000 } },
  },
  ok: false,
};

const looks = outcome('looks twice', 'failed');
const moves = outcome('moves once', 'passed');
const tests = {
  numPassedTests: 1,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [
    { name: path.resolve('test/a.test.ts'), status: 'failed', message: '', assertionResults: [looks, moves] },
    {
      name: path.resolve('test/b.test.ts'),
      status: 'failed',
      message: 'no such module',
      assertionResults: [],
    },
  ],
};

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'keepalambda-count-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

test('a cell that cannot be played counts as neither passed nor failed, and is named', async () => {
  await leave('matrix', matrix);
  const { stdout, stderr } = await run('count.mjs', directory);
  expect(stderr).toContain(`not applicable: stall@old: ${because}`);
  expect(stderr).toContain('failed: kill@new: two writers');
  // Two cells passed; one failed, and so have the nine others, of which there is no report.
  expect(stdout).toBe('2 passed, 10 failed\n');
});

test('a test that failed is named with what it said, and a file that could not be loaded counts as one', async () => {
  await leave('tests', tests);
  const { stdout, stderr } = await run('count.mjs', directory);
  expect(stderr).toContain('failed: test/a.test.ts: looks twice: expected 2');
  expect(stderr).toContain('failed: test/b.test.ts: the whole file: no such module');
  expect(stdout).toBe('1 passed, 11 failed\n');
});

test('what passes at the second try counts as passed, and is named as unsteady', async () => {
  await leave('tests', tests);
  await leave('tests-again', {
    testResults: [{ ...tests.testResults[0], assertionResults: [{ ...looks, status: 'passed' }, moves] }],
  });
  await leave('matrix', matrix);
  await leave('matrix-again-kill@new', { servers: { new: { kill: { ok: true } } }, ok: true });
  const { stdout, stderr } = await run('count.mjs', directory);
  expect(stderr).toContain('unsteady (passed at the second try): test/a.test.ts: looks twice: expected 2');
  expect(stderr).toContain('unsteady (right at the second try): kill@new: two writers');
  // The other file was not loaded at the second try either; eight reports are missing.
  expect(stdout).toBe('5 passed, 9 failed\n');
});

test('each step of a rehearsal counts, and the one that failed is named', async () => {
  const step = (name: string, ok: boolean, saw: string) => ({ name, ok, seconds: 1, saw });
  await leave('rehearsal', { steps: [step('init', true, 'prod.ts'), step('act', true, 'moved')], ok: true });
  await leave('rehearsal-package', {
    steps: [step('init', true, 'prod.mts'), step('check-red', false, 'nothing found')],
    ok: false,
  });
  const { stdout, stderr } = await run('count.mjs', directory);
  expect(stderr).toContain('failed: rehearsal-package: check-red: nothing found');
  // Eight other reports are missing.
  expect(stdout).toBe('3 passed, 9 failed\n');
});

test('each scenario that was to be played counts, and one without a report has failed', async () => {
  await writeFile(path.join(directory, 'scenarios'), 'setup\nrejoin\nchain\nadopt\n');
  await leave('scenario-setup', { ok: true, wrong: [] });
  await leave('scenario-rejoin', { ok: false, wrong: ['a row is missing'] });
  await leave('scenario-chain', { ok: false, wrong: ['too slow'] });
  await leave('scenario-chain-again', { ok: true, wrong: [] });
  const { stdout, stderr } = await run('count.mjs', directory);
  expect(stderr).toContain('failed: scenario rejoin: a row is missing');
  expect(stderr).toContain('unsteady (right at the second try): scenario chain: too slow');
  expect(stderr).toContain('failed: scenario adopt: it left no report');
  // Nine other reports are missing.
  expect(stdout).toBe('2 passed, 11 failed\n');
  const again = await run('failed.mjs', 'scenarios', directory);
  expect(again.stdout).toBe('rejoin\nchain\nadopt\n');
});

test('what is to be tried again: the files and cells that failed, and nothing else', async () => {
  await leave('tests', tests);
  await leave('matrix', matrix);
  const files = await run('failed.mjs', 'tests', path.join(directory, 'tests.json'));
  expect(files.stdout).toBe('test/a.test.ts\ntest/b.test.ts\n');
  const cells = await run('failed.mjs', 'cells', path.join(directory, 'matrix.json'));
  expect(cells.stdout).toBe('kill@new\n');
  const missing = await run('failed.mjs', 'cells', path.join(directory, 'missing.json'));
  expect(missing.stdout).toBe('');
});

function outcome(fullName: string, status: 'passed' | 'failed') {
  return { fullName, status, failureMessages: status === 'failed' ? ['expected 2\nat line 4'] : [] };
}

function leave(name: string, report: unknown): Promise<void> {
  return writeFile(path.join(directory, `${name}.json`), JSON.stringify(report));
}

function run(script: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const file = fileURLToPath(new URL(`../../.ci/${script}`, import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, [file, ...args], (_, stdout, stderr) => resolve({ stdout, stderr }));
  });
}
