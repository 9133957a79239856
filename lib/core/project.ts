/** What is published of this project, and where. */

/** The version that is deployed: the one of package.json. */
export const version = '0.1.0';

/** Where the runbook of this version can be read. */
export const runbookUrl = `https://github.com/keepalambda/keepalambda/blob/v${version}/docs/runbook.md`;
