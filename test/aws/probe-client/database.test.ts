import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDatabase } from '../../../lib/aws/probe-client/database.ts';
import { Credentials, type CredentialsSource } from '../../../lib/aws/ssm/credentials.ts';
import type { Report, Saw } from '../../../lib/core/evidence/sighting.ts';
import { type ProbeResponse, probeRequestSchema } from '../../../lib/probe/protocol.ts';
import type { DatabasePort, LookTarget } from '../../../lib/watch/ports/database.ts';
import { db1 } from '../../core/servers.ts';
import { type AwsWorld, clock, pair, startWorld } from '../world.ts';
import { probeBundle } from './probe-functions.ts';

let world: AwsWorld;
let database: DatabasePort;
/** With functions of its own: a held look has one more call made a little later, to keep a second function warm. */
let commanded: DatabasePort;
/** What the probes do: a trick of `probe-functions`, or what they answer. */
let answer: string;
let dropped: string[];
const credentials: CredentialsSource = {
  read: async () => new Credentials({ user: 'monitor', password: answer }),
  replication: async () => new Credentials({ user: 'repl', password: answer }),
  drop: (name) => void dropped.push(name),
};

beforeAll(async () => {
  const directory = probeBundle();
  world = await startWorld({
    functions: ['probe-a', 'probe-b', 'probe-c', 'probe-d'].map((name) => ({
      name,
      directory,
      timeoutSeconds: 3,
      versions: ['7'],
    })),
  });
  const functions = { a: 'probe-a', b: 'probe-b', gone: 'probe-gone', 'taken-back': 'probe-a:8' };
  database = createDatabase({ lambda: world.lambda, functions, credentials, clock });
  const own = { a: 'probe-c', b: 'probe-d', gone: 'probe-gone' };
  commanded = createDatabase({ lambda: world.lambda, functions: own, credentials, clock });
});
afterAll(() => world.aws.close());
beforeEach(() => {
  world.aws.faults.clear();
  dropped = [];
});

function respond(response: ProbeResponse): void {
  answer = JSON.stringify(response);
}

const target = (holdMs: number): LookTarget => ({
  pair,
  holder: 'db1',
  seen: null,
  order: holdMs === 0 ? { kind: 'now' } : { kind: 'held', forMs: holdMs },
});

async function look(vantage = 'a', holdMs = 0, signal?: AbortSignal): Promise<Report> {
  const reports = await database.look(vantage, [target(holdMs)], signal);
  return reports.get(pair.name) as Report;
}

const refused: Saw = { kind: 'refused' };

describe('a look through a probe', () => {
  it('brings back what the probe saw, at our own time', async () => {
    respond({ kind: 'looks', pairs: { [pair.name]: [{ node: 'db1', saw: refused }] } });
    const before = clock.nowMs();
    const report = await look();
    expect(report).toMatchObject({ kind: 'saw', vantage: 'a', sightings: [{ node: 'db1', saw: refused }] });
    expect(report.atMs).toBeGreaterThanOrEqual(before);
  });

  it('asks the function as it is now where a rollback has deleted its version', async () => {
    respond({ kind: 'looks', pairs: { [pair.name]: [{ node: 'db1', saw: refused }] } });
    expect(await look('taken-back')).toMatchObject({ kind: 'saw', vantage: 'taken-back' });
  });

  const blind: [string, string, RegExp][] = [
    ['throws', 'throw', /probe-a failed: TypeError: boom/],
    ['dies', 'exit', /probe-a failed/],
    ['gives no JSON schema of ours', '{"kind":"looks"}', /odd answer \(at pairs\)/],
    ['answers another question', '{"kind":"opened","wasWritable":true}', /answered 'opened' to 'look'/],
    ['says nothing of the pair', '{"kind":"looks","pairs":{}}', /said nothing of the pair/],
    ['answers with nothing', 'null', /odd answer/],
  ];
  it.each(blind)('is blind when the function %s', async (_what, does, because) => {
    answer = does;
    expect(await look()).toMatchObject({
      kind: 'blind',
      vantage: 'a',
      because: expect.stringMatching(because),
    });
  });

  it('is blind when there is no such function, no such vantage, or no answer in time', async () => {
    answer = 'sleep';
    expect(await look('gone')).toMatchObject({ kind: 'blind', because: expect.stringMatching(/invoked/) });
    expect(await look('z')).toMatchObject({ kind: 'blind', because: expect.stringMatching(/for z/) });
    const startedAtMs = clock.nowMs();
    const report = await look('a', 50);
    expect(report).toMatchObject({ kind: 'blind', because: expect.stringMatching(/within 2050 ms/) });
    expect(clock.nowMs() - startedAtMs).toBeLessThan(10_000);
  });

  it('ends at once when it is aborted', async () => {
    answer = 'hold';
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    const startedAtMs = clock.nowMs();
    const report = await look('b', 2000, controller.signal);
    expect(report).toMatchObject({ kind: 'blind', because: 'the look was ended early' });
    expect(clock.nowMs() - startedAtMs).toBeLessThan(2000);
    expect(await look('b', 2000, controller.signal)).toMatchObject({ kind: 'blind' });
  });

  it('has the credentials read again when a server refuses them', async () => {
    respond({ kind: 'looks', pairs: { [pair.name]: [{ node: 'db1', saw: refused }] } });
    await look();
    expect(dropped).toEqual([]);
    const saw: Saw = { kind: 'locked-out', errno: 1045, message: 'Access denied' };
    respond({ kind: 'looks', pairs: { [pair.name]: [{ node: 'db1', saw }] } });
    await look();
    expect(dropped).toEqual([pair.name]);
  });

  it.each([
    [1045, [pair.name]],
    [1040, []],
  ])('has them read again when only a fresh login is refused, with %i', async (errno, wanted) => {
    const saw: Saw = { kind: 'answered', server: { ...db1, loginRefused: { errno, message: 'no' } } };
    respond({ kind: 'looks', pairs: { [pair.name]: [{ node: 'db1', saw }] } });
    await look();
    expect(dropped).toEqual(wanted);
  });
});

/** Notes the calls of `commanded`. */
function noteOwn(invoked: string[]) {
  return ({ action }: { readonly action: string }): void => {
    if (/probe-(c|d|gone)$/.test(action)) invoked.push(action);
  };
}

describe('a command through the probes', () => {
  const position = { gtid: null, file: 'binlog.000001', offset: 4 };

  it('brings back its answer', async () => {
    const closed = { wasWritable: true, killed: 3, position };
    respond({ kind: 'closed', closed });
    expect(await commanded.close(pair, 'db1', 'to-close', 1000)).toEqual(closed);
    respond({ kind: 'opened', wasWritable: false });
    expect(await commanded.open(pair, 'db2', 1000)).toEqual({ wasWritable: false });
    const caughtUp = {
      reached: true,
      applied: position,
      received: position,
      executed: position,
      because: '',
    };
    respond({ kind: 'caught-up', caughtUp });
    expect(await commanded.catchUp(pair, 'db2', { upTo: position, source: null }, 1000)).toEqual(caughtUp);
    const answered = { identity: 'uuid', writable: true, heartbeat: { kind: 'committed' } } as const;
    respond({ kind: 'verified', answered });
    expect(await commanded.verify(pair, 1000)).toEqual(answered);
  });

  it('says all that the probe needs, in the words of the protocol', async () => {
    answer = 'echo';
    const error = await commanded.close(pair, 'db1', 'to-close', 1000).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ kind: 'unsuccessful' });
    const [, request = ''] = /: (\{.*\})$/.exec((error as Error).message) ?? [];
    expect(probeRequestSchema.parse(JSON.parse(request))).toMatchObject({
      kind: 'close',
      pair: pair.name,
      port: pair.port,
      node: { name: 'db1', address: pair.nodes[0].address },
      peer: { address: pair.nodes[1].address, identity: null },
      kills: 'to-close',
    });
  });

  it('begins with another vantage for each node, so that two commands find a warm function each', async () => {
    respond({ kind: 'opened', wasWritable: true });
    const invoked: string[] = [];
    const note = noteOwn(invoked);
    world.aws.events.on('call', note);
    await commanded.open(pair, 'db1', 1000);
    await commanded.open(pair, 'db2', 1000);
    world.aws.events.off('call', note);
    expect(invoked).toEqual(['Invoke/probe-c', 'Invoke/probe-d']);
  });

  it('is given to the next vantage when the first cannot be asked', async () => {
    respond({ kind: 'opened', wasWritable: true });
    world.aws.faults.inject({ on: 'lambda:Invoke/probe-c', effect: { kind: 'throttle' } });
    expect(await commanded.open(pair, 'db1', 1000)).toEqual({ wasWritable: true });
  });

  it('is not given to another vantage when the first may have acted', async () => {
    answer = 'exit';
    const invoked: string[] = [];
    const note = noteOwn(invoked);
    world.aws.events.on('call', note);
    await expect(commanded.close(pair, 'db1', 'to-close', 1000)).rejects.toMatchObject({ kind: 'timeout' });
    expect(invoked).toEqual(['Invoke/probe-c']);
    // To wait and to look changes nothing, and a node that is open already can be opened again: the next vantage tries.
    await expect(commanded.open(pair, 'db1', 10_000)).rejects.toMatchObject({ kind: 'timeout' });
    expect(invoked.splice(1)).toEqual(['Invoke/probe-c', 'Invoke/probe-d', 'Invoke/probe-gone']);
    await expect(commanded.verify(pair, 10_000)).rejects.toMatchObject({ kind: 'timeout' });
    expect(invoked.slice(1)).toEqual(['Invoke/probe-c', 'Invoke/probe-d', 'Invoke/probe-gone']);
    world.aws.events.off('call', note);
  });

  const failures = [
    ['unreachable', 'unsuccessful'],
    ['locked-out', 'denied'],
    ['saturated', 'throttled'],
    ['timeout', 'timeout'],
    ['unsuccessful', 'unsuccessful'],
  ] as const;
  it.each(failures)('takes %s for %s', async (failure, kind) => {
    respond({ kind: 'failed', failure, because: 'as told' });
    // An odd number: half of it is not whole.
    await expect(commanded.open(pair, 'db1', 10_001)).rejects.toMatchObject({
      kind,
      message: expect.stringMatching(/^open from a: as told/),
    });
    expect(dropped).toEqual(failure === 'locked-out' ? [pair.name] : []);
  });
});

describe('a request of the release before', () => {
  const { settings } = pair;
  const { lagLimitSeconds, lookLimitMs, lookIntervalMs } = settings;
  const request = (holdMs: number, witnessMs: number | null) => ({
    kind: 'look',
    holdMs,
    targets: [
      {
        pair: 'orders',
        port: 3306,
        nodes: [{ name: 'db1', address: '10.0.1.11' }],
        holder: 'db1',
        seen: null,
        writeProbe: true,
        credentials: { user: 'monitor', password: 'x' },
        settings: { lagLimitSeconds, lookLimitMs, lookIntervalMs, witnessMs },
      },
    ],
  });

  it.each([
    ['at once', 0, null, { kind: 'soon' }],
    ['held', 5000, null, { kind: 'held', forMs: 5000 }],
    ['held while a report is awaited', 1000, 1500, { kind: 'close-up', forMs: 1000, witnessMs: 1500 }],
  ] as const)(
    'for a look %s is read: its watch leads for a while after a deployment',
    (_, holdMs, witnessMs, order) => {
      const read = probeRequestSchema.parse(request(holdMs, witnessMs));
      expect(read).toMatchObject({ kind: 'look', targets: [{ order, settings: { lookLimitMs } }] });
    },
  );
});
