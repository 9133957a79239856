/** An export deploys without the CDK: its template takes the code from where its parameters say, and the code is all there. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32, inflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { zip } from '../../lib/cli/zip.ts';
import { temporaryDirectory } from '../../lib/stack/temporary.ts';
import { small } from '../core/environments.ts';

const command = fileURLToPath(new URL('../../bin/keepalambda.ts', import.meta.url));

function keepalambda(words: readonly string[], environments: string) {
  const env = { PATH: process.env.PATH, KEEPALAMBDA_ENVIRONMENTS: environments };
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, [command, ...words], { env }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}

/** As a reader of zip goes: from the end to the directory, and from there to each file. */
function unzip(archive: Buffer): ReadonlyMap<string, { readonly content: Buffer; readonly mode: number }> {
  const end = archive.length - 22;
  expect(archive.readUInt32LE(end)).toBe(0x06054b50);
  const found = new Map<string, { content: Buffer; mode: number }>();
  let at = archive.readUInt32LE(end + 16);
  for (let index = 0; index < archive.readUInt16LE(end + 10); index += 1) {
    expect(archive.readUInt32LE(at)).toBe(0x02014b50);
    const nameLength = archive.readUInt16LE(at + 28);
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength);
    const local = archive.readUInt32LE(at + 42);
    const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const content = inflateRawSync(archive.subarray(start, start + archive.readUInt32LE(at + 20)));
    expect(crc32(content)).toBe(archive.readUInt32LE(at + 16));
    expect(content.length).toBe(archive.readUInt32LE(at + 24));
    found.set(name, { content, mode: archive.readUInt32LE(at + 38) >>> 16 });
    at += 46 + nameLength;
  }
  expect(at).toBe(end);
  return found;
}

test('zip packs what a reader unpacks, readable by all, and the same bytes each time', () => {
  const entries = [
    { name: 'index.mjs', content: Buffer.from('export const handler = 1;'.repeat(1000)) },
    { name: 'folder/leer.txt', content: Buffer.alloc(0) },
  ];
  const files = unzip(zip(entries));
  expect([...files.keys()]).toEqual(['index.mjs', 'folder/leer.txt']);
  for (const { name, content } of entries) expect(files.get(name)).toEqual({ content, mode: 0o100644 });
  expect(zip(entries).equals(zip(entries))).toBe(true);
});

test('an environment is exported whole', async () => {
  const environments = temporaryDirectory();
  writeFileSync(join(environments, 'small.ts'), `export default ${JSON.stringify(small)};`);
  const directory = join(temporaryDirectory(), 'export');
  const { code, out, err } = await keepalambda(['export', 'small', directory], environments);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain('--stack-name keepalambda-small');
  const text = readFileSync(join(directory, 'small.template.json'), 'utf8');
  const template = JSON.parse(text);
  expect(Object.keys(template.Parameters)).toEqual(['CodeBucket', 'CodePrefix']);
  // Nothing asks for what `cdk bootstrap` makes.
  expect(text).not.toContain('cdk-hnb659fds');
  const asked = [...text.matchAll(/\$\{CodePrefix\}([0-9a-f]+\.zip)/g)].map(([, key]) => key);
  const archives = readdirSync(directory).filter((name) => name.endsWith('.zip'));
  expect([...new Set(asked)].toSorted()).toEqual(archives.toSorted());
  const contents = archives.flatMap((name) => [...unzip(readFileSync(join(directory, name))).keys()]);
  const policy = JSON.parse(readFileSync(join(directory, 'small.execution-policy.json'), 'utf8'));
  expect(policy.Statement.flatMap(({ Action }: { Action: string[] }) => Action)).toContain(
    'lambda:CreateFunction',
  );
  expect(contents.toSorted()).toEqual(['index.mjs', 'index.mjs', 'index.mjs', 'keepalambda/config.json']);
});

test('an environment that there is not is refused, and nothing is written', async () => {
  const directory = join(temporaryDirectory(), 'export');
  const { code, err } = await keepalambda(['export', 'prod', directory], temporaryDirectory());
  expect(code).toBe(2);
  expect(err).toMatch(
    /^prod: got no environment of this name in .*; want one of none\. To fix it: npx keepalambda init prod\.\n$/,
  );
  expect(existsSync(directory)).toBe(false);
});
