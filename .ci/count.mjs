/**
 * `N passed, N failed`: the tests, the simulated histories, the cells of the matrix, and the rehearsal. One without a report has failed; a
 * cell of a fault that cannot be played on that server is told, and counts for neither.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const directory = process.argv[2] ?? '.';

/** The report of that name; null when there is none, or half of one. */
function read(name) {
  try {
    return JSON.parse(readFileSync(join(directory, name), 'utf8'));
  } catch {
    return null;
  }
}

/** A run that was skipped in part has not passed, nor one of which a file could not even be loaded. */
function countTests(report) {
  if (report === null) return { passed: 0, failed: 1 };
  const skipped = report.numPendingTests + report.numTodoTests;
  if (skipped > 0) console.error(`${skipped} tests were skipped`);
  const broken = report.numFailedTestSuites > 0 && report.numFailedTests === 0 ? 1 : 0;
  return { passed: report.numPassedTests, failed: report.numFailedTests + skipped + broken };
}

/** Each history is one; a search that has found enough violations ends early, and does not count what it left out. */
function countHistories(name) {
  const report = read(`${name}.json`);
  if (report === null) {
    console.error(`failed: ${name} left no report`);
    return { passed: 0, failed: 1 };
  }
  const { runs, seed, violations, regressions } = report;
  console.error(
    `${name}: ${runs} histories of seed ${seed}, ${violations.length} violations, ${regressions} of them news (sim/open.ts)`,
  );
  for (const { seed, invariant, saw } of violations) {
    console.error(`violation: seed ${seed}, invariant ${invariant}: ${saw}`);
  }
  // A violation of an invariant that is known to be open is neither passed nor failed.
  return { passed: runs - violations.length, failed: regressions };
}

function countCells(matrix) {
  if (matrix === null) return { passed: 0, failed: 1 };
  const cells = Object.entries(matrix.servers).flatMap(([server, faults]) =>
    Object.entries(faults).map(([fault, cell]) => ({ name: `${fault} on ${server}`, ...cell })),
  );
  const played = cells.filter(({ notApplicable }) => notApplicable === undefined);
  for (const { name, notApplicable } of cells) {
    if (notApplicable !== undefined) console.error(`not applicable: ${name}: ${notApplicable}`);
  }
  const failed = played.filter(({ ok }) => !ok);
  for (const { name } of failed) console.error(`failed: ${name}`);
  return { passed: played.length - failed.length, failed: failed.length };
}

function countRehearsal(rehearsal) {
  const ok = rehearsal?.destroy === 'ok' && rehearsal.ok;
  if (!ok) console.error('failed: the rehearsal');
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1 };
}

const counts = [
  countTests(read('tests.json')),
  countTests(read('contract.json')),
  countHistories('sim-fixed'),
  countHistories('sim-commit'),
  countCells(read('matrix.json')),
  countRehearsal(read('rehearsal.json')),
];
const sum = (key) => counts.reduce((total, count) => total + count[key], 0);
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') > 0 ? 1 : 0;
