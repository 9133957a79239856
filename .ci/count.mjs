/**
 * `N passed, N failed`: the tests, the simulated histories, the cells of the matrix, the scenarios, and the steps of the rehearsals. One without a report has failed; a
 * cell of a fault that cannot be played on that server is named, and counts for neither. What failed and passed when it was tried again
 * (`.ci/again`) counts as passed, and is named as unsteady.
 */
import { join, relative } from 'node:path';
import { cellsOf, failedCellsOf, failedTestsOf, hasPassed, readReport, scenariosOf } from './reports.mjs';

const directory = process.argv[2] ?? '.';
const read = (name) => readReport(join(directory, `${name}.json`));

/** A run that was skipped in part has not passed, nor one of which a file could not even be loaded. */
function countTests(name) {
  const report = read(name);
  if (report === null) return noReport(name);
  const again = read(`${name}-again`);
  const failed = failedTestsOf(report);
  const unsteady = failed.filter((test) => hasPassed(again, test));
  for (const test of failed) {
    const word = unsteady.includes(test) ? 'unsteady (passed at the second try)' : 'failed';
    console.error(`${word}: ${relative('.', test.file)}: ${test.test ?? 'the whole file'}: ${test.said}`);
  }
  const skipped = report.numPendingTests + report.numTodoTests;
  if (skipped > 0) console.error(`${skipped} tests were skipped`);
  return {
    passed: report.numPassedTests + unsteady.length,
    failed: failed.length - unsteady.length + skipped,
  };
}

/** Each history is one; a search that has found enough violations ends early, and does not count what it left out. */
function countHistories(name) {
  const report = read(name);
  if (report === null) return noReport(name);
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

function countCells(name) {
  const matrix = read(name);
  if (matrix === null) return noReport(name);
  const cells = cellsOf(matrix);
  const failed = failedCellsOf(matrix);
  for (const [name, { notApplicable }] of cells) {
    if (notApplicable !== undefined) console.error(`not applicable: ${name}: ${notApplicable}`);
  }
  const unsteady = failed.filter((name) => read(`matrix-again-${name}`)?.ok === true);
  for (const [name, { because }] of cells.filter(([name]) => failed.includes(name))) {
    const word = unsteady.includes(name) ? 'unsteady (right at the second try)' : 'failed';
    console.error(`${word}: ${name}: ${(because ?? '').split('\n')[0]}`);
  }
  const played = cells.filter(([, { notApplicable }]) => notApplicable === undefined);
  const wrong = failed.length - unsteady.length;
  return { passed: played.length - wrong, failed: wrong };
}

/** Each step of the road is one; the first that fails ends it. */
function countRehearsal(name) {
  const rehearsal = read(name);
  if (rehearsal === null) return noReport(name);
  const { steps, ok } = rehearsal;
  for (const step of steps) if (!step.ok) console.error(`failed: ${name}: ${step.name}: ${step.saw}`);
  const passed = steps.filter((step) => step.ok).length;
  return { passed, failed: ok ? 0 : Math.max(1, steps.length - passed) };
}

function countScenarios() {
  const scenarios = scenariosOf(directory);
  if (scenarios === null) return noReport('the scenarios');
  const wrong = scenarios.filter(([, report]) => report?.ok !== true);
  const unsteady = wrong.filter(([name]) => read(`scenario-${name}-again`)?.ok === true);
  for (const each of wrong) {
    const [name, report] = each;
    const word = unsteady.includes(each) ? 'unsteady (right at the second try)' : 'failed';
    console.error(
      `${word}: scenario ${name}: ${report === null ? 'it left no report' : (report.wrong ?? []).join('; ')}`,
    );
  }
  const failed = wrong.length - unsteady.length;
  return { passed: scenarios.length - failed, failed };
}

function noReport(name) {
  console.error(`failed: ${name} left no report`);
  return { passed: 0, failed: 1 };
}

const counts = [
  countTests('tests'),
  countTests('contract'),
  countHistories('sim-fixed'),
  countHistories('sim-commit'),
  countCells('matrix'),
  countCells('matrix-by-turns'),
  countScenarios(),
  countRehearsal('rehearsal'),
  countRehearsal('rehearsal-package'),
  countRehearsal('rehearsal-export'),
];
const sum = (key) => counts.reduce((total, count) => total + count[key], 0);
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') > 0 ? 1 : 0;
