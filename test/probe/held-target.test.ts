/** What a held look asks of the watchers of a pair: when everything is read, and when not. */
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import type { NodeName } from '../../lib/core/names.ts';
import { holdLook } from '../../lib/probe/held-look.ts';
import type { LookedAt } from '../../lib/probe/held-target.ts';
import type { ProbeTarget } from '../../lib/probe/look-schemas.ts';
import { createBell } from '../../lib/probe/waiting.ts';
import { db1, db2 } from '../core/servers.ts';

const EVERY_MS = 2000;
const target = (change: Partial<ProbeTarget> = {}): ProbeTarget => ({
  pair: 'orders',
  port: 3306,
  nodes: [
    { name: 'db1', address: '127.0.0.1' },
    { name: 'db2', address: '127.0.0.2' },
  ],
  holder: 'db1',
  seen: 'nothing like it',
  writeProbe: true,
  credentials: { user: 'monitor', password: 'secret' },
  order: { kind: 'held', forMs: 300 },
  settings: { lagLimitSeconds: 120, lookLimitMs: 500, lookIntervalMs: EVERY_MS },
  ...change,
});

/** A watcher that answers when `answered` does, and notes for each look whether it was urgent. */
class Watcher implements LookedAt {
  readonly urgent: boolean[] = [];
  readonly lost = createBell().alarm;
  readonly answeredLately: boolean;
  readonly #node: NodeName;
  readonly #answered: () => Promise<unknown>;

  constructor(node: NodeName, answeredLately: boolean, answered: () => Promise<unknown> = async () => {}) {
    this.#node = node;
    this.answeredLately = answeredLately;
    this.#answered = answered;
  }

  async look(_limitMs: number, { urgent, onPulse }: Parameters<LookedAt['look']>[1]) {
    this.urgent.push(urgent);
    await this.#answered();
    onPulse?.();
    return { kind: 'answered' as const, server: this.#node === 'db1' ? db1 : db2 };
  }
}

/** The urgencies of all looks at the standby. */
async function looksAtStandby(looked: ProbeTarget, holder: Watcher, standby: Watcher) {
  await holdLook([looked], (_, node) => (node === 'db1' ? holder : standby));
  return standby.urgent;
}

test.each([
  ['both answered a moment ago', {}, [true, true], false],
  ['the holder did not', {}, [false, true], true],
  ['the standby did not', {}, [true, false], true],
  ['watch has seen nothing yet', { seen: null }, [true, true], true],
  ['something is suspected', { order: { kind: 'soon' } }, [true, true], true],
] as const)('the first look of a held one reads everything unless it follows another: %s', async (...row) => {
  const [, change, [holderAnswered, standbyAnswered], isUrgent] = row;
  const [holder, standby] = [new Watcher('db1', holderAnswered), new Watcher('db2', standbyAnswered)];
  const [first] = await looksAtStandby(target(change), holder, standby);
  expect(first).toBe(isUrgent);
  expect(holder.urgent[0]).toBe(isUrgent);
});

/** Sends its answer after 50 ms, and lets who waits for that go on: so the answer is there, and was not read. */
const answering = `
  const { parentPort, workerData } = require('node:worker_threads');
  const flag = new Int32Array(workerData);
  Atomics.wait(flag, 0, 0, 50);
  parentPort.postMessage('answer');
  Atomics.store(flag, 0, 1);
  Atomics.notify(flag, 0);
`;

test('a pause of this process is no silence of the holder: its answer had come', async () => {
  const paused = () => {
    const workerData = new SharedArrayBuffer(4);
    const server = new Worker(answering, { eval: true, workerData });
    const answer = new Promise((resolve) => server.once('message', resolve));
    Atomics.wait(new Int32Array(workerData), 0, 0);
    return answer;
  };
  const standby = new Watcher('db2', true);
  const urgent = await looksAtStandby(target(), new Watcher('db1', true, paused), standby);
  expect(urgent).toEqual([false]);
});

test('a holder that takes its time has the standby looked at, and read whole', async () => {
  const slow = () => new Promise((resolve) => setTimeout(resolve, 200));
  const standby = new Watcher('db2', true);
  const urgent = await looksAtStandby(target(), new Watcher('db1', true, slow), standby);
  expect(urgent.slice(0, 2)).toEqual([false, true]);
});
