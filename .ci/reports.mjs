/** How the reports of a CI run are read: one place for `failed.mjs` and `count.mjs`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The report in that file; null when there is none, or half of one. */
export function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** The test files that did not pass, as absolute paths. */
export function failedFilesOf(report) {
  return report.testResults.filter(({ status }) => status !== 'passed').map(({ name }) => name);
}

/** Each test that failed, or the file that could not be loaded, with the first line of what was said. */
export function failedTestsOf(report) {
  return report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (failed.length === 0 && status !== 'passed')
      return [{ file: name, test: null, said: firstLine(message) }];
    return failed.map(({ fullName, failureMessages }) => ({
      file: name,
      test: fullName,
      said: firstLine(failureMessages[0]),
    }));
  });
}

/** Whether that test, or all of its file, passed in this report. */
export function hasPassed(report, { file, test }) {
  const again = report?.testResults.find(({ name }) => name === file);
  if (again === undefined) return false;
  if (test === null) return again.status === 'passed';
  return again.assertionResults.some(({ fullName, status }) => fullName === test && status === 'passed');
}

/** The scenarios that were to be played, as [name, its report, null where it left none]; null where that is not known. */
export function scenariosOf(directory) {
  const names = readText(join(directory, 'scenarios'))?.split('\n').filter(Boolean);
  return names?.map((name) => [name, readReport(join(directory, `scenario-${name}.json`))]) ?? null;
}

/** The cells of a matrix as [FAULT@SERVER, cell]. */
export function cellsOf(matrix) {
  return Object.entries(matrix.servers).flatMap(([server, faults]) =>
    Object.entries(faults).map(([fault, cell]) => [`${fault}@${server}`, cell]),
  );
}

/** The names of the cells that were played and are not right. */
export function failedCellsOf(matrix) {
  return cellsOf(matrix)
    .filter(([, cell]) => cell.notApplicable === undefined && !cell.ok)
    .map(([name]) => name);
}

const firstLine = (text) => (text ?? '').split('\n')[0];
