import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GetCommandInvocationCommand, SendCommandCommand } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DocumentContent } from '../../../lab/aws/ssm-document.ts';
import { documents } from '../../../lib/stack/documents/index.ts';
import { type Clients, errorOf, start, until } from './world.ts';

const greet: DocumentContent = {
  schemaVersion: '2.2',
  parameters: {
    name: { type: 'String', allowedPattern: '^[a-z0-9]+$', interpolationType: 'ENV_VAR' },
    mark: { type: 'String', default: '!', allowedPattern: '^[!?]$' },
  },
  mainSteps: [
    {
      action: 'aws:runShellScript',
      name: 'greet',
      inputs: {
        runCommand: [
          'set -eu',
          'echo "$WHERE greets $SSM_name{{ mark }} $(printenv SSM_mark || echo unset)"',
          'echo oops >&2',
        ],
      },
    },
  ],
};
const script = (...runCommand: string[]): DocumentContent => ({
  schemaVersion: '2.2',
  mainSteps: [{ action: 'aws:runShellScript', name: 'run', inputs: { runCommand, timeoutSeconds: '30' } }],
});

let reachable = true;
let boots = 1;
let directory = '';
let clients: Clients;
beforeEach(async () => {
  reachable = true;
  boots = 1;
  directory = mkdtempSync(path.join(tmpdir(), 'keepalambda-ssm-test-'));
  clients = await start({
    documents: [
      { name: 'greet', content: greet },
      { name: 'fail', content: script('echo half; exit 3') },
      { name: 'bash', content: script('#!/bin/bash', 'read -ra words <<< "a b"; echo $words') },
      { name: 'hang', content: script('sleep 60') },
      { name: 'slow', content: script('echo begun $BOOT; sleep 0.4; echo ended $BOOT') },
      { name: 'some-facts', content: script('sleep 0.4; echo seen $BOOT') },
      { name: 'reboot', content: script('echo boot $BOOT; [ $BOOT -ge $WANTED ] || exit 194') },
    ],
    hostOf: (id) => ({
      reachable,
      environment: { PATH: process.env.PATH ?? '', WHERE: id, BOOT: `${boots}`, WANTED: '3' },
      reboot: async () => {
        boots += 1;
      },
      crash: async () => {
        boots += 1;
      },
    }),
  });
});
afterEach(async () => {
  await clients.close();
  rmSync(directory, { recursive: true, force: true });
});

function linesOf(file: string): readonly string[] {
  return readFileSync(file, 'utf8').trim().split('\n');
}

async function send(document: string, parameters: Record<string, string[]> = {}, instance = 'i-db1') {
  const answer = await clients.ssm.send(
    new SendCommandCommand({
      DocumentName: document,
      InstanceIds: [instance],
      Parameters: parameters,
      TimeoutSeconds: 30,
    }),
  );
  return answer.Command?.CommandId ?? '';
}

async function result(commandId: string, details: string) {
  const get = () =>
    clients.ssm.send(new GetCommandInvocationCommand({ CommandId: commandId, InstanceId: 'i-db1' }));
  await until(async () => (await get()).StatusDetails === details);
  return await get();
}

test('a script runs on the host, with its parameters in its environment', async () => {
  const heard: string[] = [];
  clients.aws.events.on('command', ({ statusDetails }) => heard.push(statusDetails));
  const got = await result(await send('greet', { name: ['db2'] }), 'Success');
  expect(got).toMatchObject({
    Status: 'Success',
    ResponseCode: 0,
    StandardOutputContent: 'i-db1 greets db2! unset\n',
    StandardErrorContent: 'oops\n',
  });
  expect(heard).toEqual(['InProgress', 'Success']);
});

test('a script that fails says with what', async () => {
  const got = await result(await send('fail'), 'Failed');
  expect(got).toMatchObject({ Status: 'Failed', ResponseCode: 3, StandardOutputContent: 'half\n' });
});

test('a script that asks for a reboot is run again after it, and is in progress meanwhile', async () => {
  clients.aws.ssm.timing.rebootAfterMs = 20;
  const heard: string[] = [];
  clients.aws.events.on('command', ({ statusDetails }) => heard.push(statusDetails));
  const got = await result(await send('reboot'), 'Success');
  expect(got.StandardOutputContent).toBe('boot 1\nboot 2\nboot 3\n');
  expect(heard).toEqual(['InProgress', 'Success']);
});

test('two scripts that ask for a reboot at the same time get one', async () => {
  clients.aws.ssm.timing.rebootAfterMs = 300;
  const sent = await Promise.all([send('reboot'), send('reboot')]);
  await Promise.all(sent.map((commandId) => result(commandId, 'Success')));
  expect(boots).toBe(3);
});

test('a host crashes once in the middle of a document that changes it, and its agent begins that again', async () => {
  clients.aws.ssm.timing.crashAfterMs = 150;
  const got = await result(await send('slow'), 'Success');
  expect(got.StandardOutputContent).toBe('begun 1\nbegun 2\nended 2\n');
  expect([...clients.aws.ssm.crashed]).toEqual(['i-db1 slow']);
  const again = await result(await send('slow'), 'Success');
  expect(again.StandardOutputContent).toBe('begun 2\nended 2\n');
  await result(await send('some-facts'), 'Success');
  expect(boots).toBe(2);
});

test.each([
  ['at-once', ['begun', 'begun', 'ended', 'ended']],
  ['afterwards', ['begun', 'ended', 'begun', 'ended']],
] as const)('a command comes twice: %s', async (twice, lines) => {
  clients.aws.ssm.timing.twice = twice;
  const file = path.join(directory, `twice-${twice}`);
  const content = script(`echo begun >> ${file}`, 'sleep 0.4', `echo ended >> ${file}`);
  clients.aws.ssm.registerDocument({ name: 'written', content });
  await send('written');
  await until(async () => existsSync(file) && linesOf(file).length === lines.length);
  expect(linesOf(file)).toEqual(lines);
});

test('the first line of a script names its shell, as with the real agent', async () => {
  expect(await result(await send('bash'), 'Success')).toMatchObject({ StandardOutputContent: 'a\n' });
});

test.each([
  [
    'a value that does not match its pattern',
    'greet',
    { name: ['db2; rm -rf /'] },
    'i-db1',
    'InvalidParameters',
  ],
  ['a parameter that is missing', 'greet', {}, 'i-db1', 'InvalidParameters'],
  ['a parameter that there is not', 'greet', { name: ['x'], age: ['1'] }, 'i-db1', 'InvalidParameters'],
  ['a document that there is not', 'none', {}, 'i-db1', 'InvalidDocument'],
  ['an instance that there is not', 'fail', {}, 'i-db9', 'InvalidInstanceId'],
])('%s is refused', async (_what, document, parameters, instance, want) => {
  expect(await errorOf(send(document, parameters as Record<string, string[]>, instance))).toBe(want);
});

test('an instance that is stopped takes no commands', async () => {
  clients.aws.ec2.setInstanceState('i-db1', 'stopped');
  expect(await errorOf(send('fail'))).toBe('InvalidInstanceId');
});

test('just after sending, the invocation does not exist', async () => {
  clients.aws.ssm.timing.visibleAfterMs = 60_000;
  const commandId = await send('greet', { name: ['x'] });
  const get = () =>
    clients.ssm.send(new GetCommandInvocationCommand({ CommandId: commandId, InstanceId: 'i-db1' }));
  expect(await errorOf(get())).toBe('InvocationDoesNotExist');
  clients.aws.ssm.timing.visibleAfterMs = 0;
  expect(await errorOf(get())).toBe('none');
});

test('a host that cannot be reached leaves the command waiting, and gets it when it is back', async () => {
  reachable = false;
  const commandId = await send('greet', { name: ['x'] });
  expect(await result(commandId, 'Delayed')).toMatchObject({ Status: 'Pending', ResponseCode: -1 });
  reachable = true;
  await result(commandId, 'Success');
});

test.each([
  ['that is never delivered', false, 'greet', { name: ['x'] }, 'DeliveryTimedOut'],
  ['that does not end', true, 'hang', {}, 'ExecutionTimedOut'],
])('a command %s times out', async (_what, isReachable, document, parameters, details) => {
  clients.aws.ssm.timing.secondMs = 5;
  reachable = isReachable;
  const commandId = await send(document, parameters as Record<string, string[]>);
  expect(await result(commandId, details)).toMatchObject({ Status: 'TimedOut' });
});

test.each([
  ['another schema', { ...greet, schemaVersion: '0.3' }],
  ['no step', { ...greet, mainSteps: [] }],
  ['a list as parameter', { ...greet, parameters: { x: { type: 'StringList' } } }],
])('a document with %s is a fault of the stack', (_what, content) => {
  expect(() => clients.aws.ssm.registerDocument({ name: 'x', content })).toThrow(/document x/);
});

test.each(Object.entries(documents))('the document %s of the stack is taken', (name, content) => {
  expect(() => clients.aws.ssm.registerDocument({ name, content })).not.toThrow();
});
