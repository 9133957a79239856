/** A host of the benchmark reaches EC2 by a socket: plain up to the door, TLS behind it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { assignCommand, openEc2Door } from '../../../tools/bench/keepalived/ec2-door.ts';
import { type Clients, start, until, vip } from '../../lab/aws/world.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'keepalambda-door-'));
const socketPath = path.join(directory, 'ec2.sock');

let clients: Clients;
let closeDoor: () => Promise<void>;
beforeAll(async () => {
  clients = await start();
  closeDoor = await openEc2Door(socketPath, clients.aws);
});
afterAll(async () => {
  await closeDoor();
  await clients.close();
  rmSync(directory, { recursive: true, force: true });
});

async function assignTo(eniId: string): Promise<number> {
  const [command = '', ...args] = assignCommand(socketPath, eniId, vip);
  const child = spawn(command, args, { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number];
  return code;
}

test('what a notify script does moves the VIP', async () => {
  expect(await assignTo('eni-db2')).toBe(0);
  await until(() => clients.aws.ec2.effective.owners[vip] === 'eni-db2');
});

test('what EC2 refuses is a failed script', async () => {
  expect(await assignTo('eni-nowhere')).toBe(1);
});
