/** moto's server: an AWS on this machine that knows CloudFormation, for a deployment that costs nothing. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ownProcess } from '../../lab/belongings.ts';
import { LabError } from '../../lab/errors.ts';
import { unpacked, unpackedBinary } from '../../lab/servers/debian.ts';
import { type Binary, lastWords } from '../../lab/servers/product.ts';

export interface Moto {
  /** Such as `http://localhost:40123`. The name matters: by it the CLI finds buckets without names of hosts. */
  readonly endpoint: string;
  /** The environment that points the CLI and the SDK here, and nowhere else. */
  readonly environment: Readonly<Record<string, string>>;
  /** The types of resources that moto said it cannot make. */
  unsupported(): ReadonlySet<string>;
  /** The Python that it runs on. */
  readonly python: Binary;
  close(): Promise<void>;
}

export const account = '123456789012';
export const region = 'us-east-1';

/** Debian does not say of moto's package what its server needs besides. */
const packages = [
  'python3-moto',
  'python3-flask-cors',
  'python3-docker',
  'python3-joserfc',
  'python3-jsonpath-ng',
  'python3-openapi-spec-validator',
  'python3-pyparsing',
];

/** How long its start may take, in milliseconds: it loads two hundred services. */
const START_LIMIT_MS = 60_000;

/** Fetches it the first time, and starts it. Throws a `LabError` when it cannot be had or does not start. */
export async function startMoto(): Promise<Moto> {
  const python = await fetchPython();
  const port = await freePort();
  const script = fileURLToPath(new URL('./moto-server.py', import.meta.url));
  const words = [...python.args, '-u', script, '-H', '127.0.0.1', '-p', String(port)];
  const server = ownProcess(
    spawn(python.command, words, {
      env: { PATH: process.env.PATH, HOME: '/nonexistent', TMPDIR: tmpdir(), ...python.env },
      stdio: ['pipe', 'ignore', 'pipe'],
    }),
  );
  const said: string[] = [];
  server.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const endpoint = `http://localhost:${port}`;
  const close = () => end(server);
  try {
    await untilItAnswers(endpoint, server, said);
  } catch (error) {
    await close();
    throw error;
  }
  const unsupported = () =>
    new Set(
      [...said.join('').matchAll(/No Moto CloudFormation support for (\S+)/g)].map(([, type = '']) => type),
    );
  return { endpoint, environment: environmentOf(endpoint), unsupported, python, close };
}

async function fetchPython(): Promise<Binary> {
  const root = await unpacked({
    name: 'rehearsal/moto',
    suite: 'sid',
    packages,
    instead: 'rehearse on a machine with Debian',
  });
  const binary = await unpackedBinary(root, 'usr/bin/python3');
  return { ...binary, env: { PYTHONHOME: path.join(root, 'usr'), PYTHONNOUSERSITE: '1', PYTHONPATH: '' } };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}

async function untilItAnswers(
  endpoint: string,
  server: ChildProcess,
  said: readonly string[],
): Promise<void> {
  const deadlineMs = Date.now() + START_LIMIT_MS;
  while (server.exitCode === null && Date.now() < deadlineMs) {
    const answer = await fetch(`${endpoint}/moto-api/data.json`).catch(() => null);
    if (answer?.ok) return;
    await delay(200);
  }
  throw new LabError({
    got: `no moto: ${lastWords(said.join(''))}`,
    want: `its server to answer at ${endpoint}`,
    remedy: 'remove rehearsal/moto from the cache of keepalambda, so that it is fetched again',
  });
}

/** The files, the proxies and the role of the person who rehearses must not lead the CLI to the real AWS. */
function environmentOf(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'rehearsal',
    AWS_SECRET_ACCESS_KEY: 'rehearsal',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    NO_PROXY: 'localhost,127.0.0.1',
    no_proxy: 'localhost,127.0.0.1',
  };
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'exit');
  server.kill('SIGKILL');
  await ended;
}
