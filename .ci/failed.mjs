/**
 * What failed in a report, one name a line: `failed.mjs tests REPORT` prints test files, `failed.mjs cells REPORT` prints cells of the
 * matrix as FAULT@SERVER, `failed.mjs scenarios DIRECTORY` prints scenarios. Prints nothing for a report that cannot be read: `count.mjs` counts that as failed.
 */
import { relative } from 'node:path';
import { failedCellsOf, failedFilesOf, readReport, scenariosOf } from './reports.mjs';

const [kind, path] = process.argv.slice(2);
const names = {
  tests: () => failedFilesOf(readReport(path)).map((file) => relative('.', file)),
  cells: () => failedCellsOf(readReport(path)),
  scenarios: () => scenariosOf(path).flatMap(([name, report]) => (report?.ok === true ? [] : [name])),
};
const isThere = kind === 'scenarios' ? scenariosOf(path) : readReport(path);
for (const name of isThere === null ? [] : names[kind]()) console.log(name);
