/**
 * What failed in a report, one name a line: `failed.mjs tests REPORT` prints test files, `failed.mjs cells REPORT` prints cells of the
 * matrix as FAULT@SERVER. Prints nothing for a report that cannot be read: `count.mjs` counts that as failed.
 */
import { relative } from 'node:path';
import { failedCellsOf, failedFilesOf, readReport } from './reports.mjs';

const [kind, path] = process.argv.slice(2);
const report = readReport(path);
const names = (found) =>
  kind === 'tests' ? failedFilesOf(found).map((file) => relative('.', file)) : failedCellsOf(found);
for (const name of report === null ? [] : names(report)) console.log(name);
