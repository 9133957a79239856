/** The lab's command line: what is wrong is one line on standard error, and exit code 2. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { connect } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { describe, expect, test } from 'vitest';
import { labCommand } from '../../lab/command.ts';
import { LabError } from '../../lab/errors.ts';
import { faults } from '../../lab/faults/index.ts';
import { scenarios } from '../../lab/scenarios.ts';
import { runLab, startLab } from './lab.ts';

const run = promisify(execFile);

describe('a faulty command is one clear line, and nothing is started', () => {
  test.each([
    [['--fault', 'nope'], 'got fault nope; want one of mysqld-kill'],
    [['--scenario', 'nope'], 'got scenario nope; want one of seed'],
    [['--bogus'], "unknown option '--bogus'"],
    [['--port', '99999'], 'want a whole number from 1 to 65535'],
    [['--server', 'nope'], 'got the server nope'],
    [['--set', 'lagLimitSeconds=0'], 'lagLimitSeconds'],
    [['--fault', 'watch-kill', '--at', 'nope'], 'got --at nope; want one of fence'],
    [
      ['--at', 'open'],
      'got --at, which does nothing here (fault mysqld-kill); want --at with --fault watch-kill',
    ],
    [['--fault', 'watch-kill', '--break', 'db2-lag'], 'want --break with --fault switchover'],
    [['--scenario', 'seed', '--at', 'open'], 'got --at, which does nothing here'],
    [['--write'], 'got --write, which does nothing here (fault mysqld-kill); want --write with --inbox'],
    [['--inbox', '--write', '--set', 'lagLimitSeconds=3'], 'without options that change the result'],
    [['--ssm', 'slow'], 'want --ssm with a --scenario that runs documents on hosts'],
    [['--scenario', 'maintain', '--ssm', 'bad'], 'Allowed choices are slow, twice, reboot'],
    [['--keep'], 'got --json, which does nothing here'],
    [['--keep', '--fault', 'switchover'], "'--keep' cannot be used with option '--fault"],
    [['switchover'], 'with npm, options stand after --, as in npm run lab -- --list'],
    [['--matrix', '--faults', 'lag,nope'], 'got fault nope; want one of mysqld-kill'],
    [['--matrix', '--servers', 'nope'], 'got the server nope'],
    [['--matrix', '--runs', '0'], 'want a whole number from 1'],
    [['--cpu', 'half'], 'Allowed choices are lambda, whole'],
    [['--server-settings', 'best'], 'Allowed choices are vendor, recommended'],
    [['--matrix', '--cpu', 'half'], 'Allowed choices are lambda, whole'],
    [['--fault', 'multi-source', '--server', 'mysql-5.6'], 'it has one channel only'],
    [['--fault', 'semi-sync-stall', '--server', 'mysql-5.6'], 'To fix it: use --server mysql-9.7.'],
    [['--matrix', '--faults', 'semi-sync-stall', '--servers', 'mysql-5.6'], 'no semi-sync plugin'],
  ])('%j', async (args, words) => {
    const fault = await labCommand(['--json', ...args]).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(LabError);
    expect((fault as LabError).message).toContain(words);
  });

  test('on standard error, with exit code 2', async () => {
    const { code, stderr, stdout } = await runLab('--json', '--fault', 'nope');
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^got fault nope; want one of [^\n]*\n$/);
    expect(code).toBe(2);
  });
});

test('--list names every fault and scenario with a line each', async () => {
  const { stdout, code } = await runLab('--list');
  for (const name of [...Object.keys(faults), ...Object.keys(scenarios)]) {
    expect(stdout).toMatch(new RegExp(`^ {2}${name} +\\S+ `, 'm'));
  }
  expect(stdout).toMatch(
    /^ {2}semi-sync-stall .* \(not on mysql-5.6: its npm package brings no semi-sync plugin\)$/m,
  );
  expect(code).toBe(0);
});

test('--keep: operate is invoked by hand, and Ctrl-C leaves nothing running', async () => {
  const lab = startLab('--keep');
  const { endpoint, authority, practice } = await printedWay(lab.stdout);
  const client = new LambdaClient({
    endpoint,
    requestHandler: new NodeHttpHandler({ httpsAgent: new Agent({ ca: await readFile(authority) }) }),
    region: 'us-east-1',
    credentials: { accessKeyId: 'lab', secretAccessKey: 'lab' },
  });
  const ask = async (event: object) => {
    const command = new InvokeCommand({
      FunctionName: 'keepalambda-lab-operate',
      Payload: JSON.stringify(event),
    });
    const { Payload } = await client.send(command);
    return JSON.parse(new TextDecoder().decode(Payload)) as { ok: boolean; lines: string[] };
  };
  const before = await ask({ action: 'status', pair: 'orders' });
  expect(before.lines[0]).toMatch(/^orders: VIP 127\.0\.\d+\.100 on db1$/);
  const moved = await ask({ action: 'failover', pair: 'orders', to: 'db2', by: 'a test', why: 'to see it' });
  expect(moved).toMatchObject({ ok: true, lines: [expect.stringContaining('failover to db2 done')] });
  const after = await ask({ action: 'status', pair: 'orders' });
  expect(after.lines[0]).toMatch(/on db2$/);
  // The old holder, by the functions that a person is given; and the wrong door is answered, and ends nothing.
  const shell = (script: string) => run('sh', ['-ec', `. ${practice}\n${script}`]);
  await shell('db1 is-active; db2 kill; ! db2 is-active; db2 start; db2 is-active');
  expect(await knock(path.join(path.dirname(practice), 'db1/host.sock'))).toContain(
    'mysqld.sock is beside it',
  );
  lab.kill('SIGINT');
  const [, signal] = await once(lab, 'exit');
  expect(signal).toBe('SIGINT');
  await expect(ask({ action: 'status' })).rejects.toThrow();
});

/** What the door of a host says to somebody who takes it for mysqld's. */
function knock(socketPath: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath, () => socket.end('no command'));
    let said = '';
    socket.on('data', (chunk: Buffer) => {
      said += chunk;
    });
    socket.once('end', () => resolve(said)).once('error', reject);
  });
}

/** The endpoint in the command that the lab prints for a person, and the file of the authority to trust for it. */
async function printedWay(
  stdout: NodeJS.ReadableStream | null,
): Promise<{ readonly endpoint: string; readonly authority: string; readonly practice: string }> {
  if (!stdout) throw new Error('the lab has a standard output');
  let authority = '';
  let practice = '';
  for await (const line of createInterface({ input: stdout })) {
    authority = /AWS_CA_BUNDLE=(\S+)/.exec(line)?.[1] ?? authority;
    practice = /\. (\S+practice\.sh)/.exec(line)?.[1] ?? practice;
    const endpoint = /--endpoint-url (\S+)/.exec(line)?.[1];
    if (endpoint === undefined) continue;
    stdout.resume();
    return { endpoint, authority, practice };
  }
  throw new Error('the lab ended before it printed its endpoint');
}
