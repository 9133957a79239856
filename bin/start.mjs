/**
 * Starts a command: `node bin/start.mjs lab --list` runs `bin/lab.ts` of a clone. The package has compiled commands instead.
 * In a clone, `npm ci` brings the Node that it is meant for, and npm scripts find that one first; where it could not be
 * brought, the installed one does if it is new enough.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const pathOf = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const [name, ...words] = process.argv.slice(2);
const source = pathOf(`./${name}.ts`);
const isClone = existsSync(source);
const script = isClone ? source : pathOf(`../dist/bin/${name}.js`);
const brought = pathOf('../node_modules/.bin/node');
/** Environment files may be TypeScript, which Node runs from 22.18 on; a clone needs what its tools need. */
const least = isClone ? [24, 0] : [22, 18];

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
process.argv.splice(1, process.argv.length, script, ...words);

if (major > least[0] || (major === least[0] && minor >= least[1])) {
  await import(script);
} else if (isClone && existsSync(brought)) {
  // Ctrl-C is for the command, which may go on: its terminal must not get the prompt back before it has ended.
  process.on('SIGINT', () => {});
  // As where `cdk` is not the one of node_modules, so that npm has not put it on the PATH.
  process.exitCode =
    spawnSync(brought, [...process.execArgv, script, ...words], { stdio: 'inherit' }).status ?? 1;
} else {
  const version = least.join('.');
  const bring = isClone ? 'run npm ci without --ignore-scripts, which brings it, or ' : '';
  console.error(
    `got Node ${process.version}; want ${version} or later. To fix it: ${bring}install Node ${version}.`,
  );
  process.exitCode = 2;
}
