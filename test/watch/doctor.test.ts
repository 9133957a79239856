import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../lib/core/config/config.ts';
import type { Reply } from '../../lib/core/operator/reply.ts';
import { examinePair } from '../../lib/watch/doctor.ts';
import { operate } from '../../lib/watch/operate.ts';
import { PortError } from '../../lib/watch/ports/port-error.ts';
import { changed, factsOf } from '../core/doctor/healthy.ts';
import { small } from '../core/environments.ts';
import { newWorld, portsOf, type World } from './pair.ts';

const config = parseConfig(small);

async function ask(world: Partial<World>): Promise<Reply & { readonly calls: readonly string[] }> {
  if (config.kind === 'faulty') throw new Error('the environment of a test is faulty');
  const made = newWorld(world);
  const options = { config: config.value, ports: portsOf(made), owner: 'a test', deadlineMs: 1e6 };
  const raw = { action: 'doctor', pair: config.value.pairs[0]?.name };
  return { ...(await operate({ ...options, raw })), calls: made.calls };
}

/** On hosts that say where an option of db2 is set, and have no VIP, or do not answer. */
async function askHosts(hostWork: boolean, answers: boolean): Promise<readonly string[]> {
  if (config.kind === 'faulty') throw new Error('the environment of a test is faulty');
  const [first] = config.value.pairs;
  if (!first) throw new Error('a pair is missing');
  const facts = (node: string) =>
    node === 'db1' ? factsOf(node) : changed({ variables: { replica_skip_errors: 'ALL' } });
  const ports = portsOf(newWorld({ facts }));
  const run = async () => {
    if (!answers) throw new PortError('timeout', 'no agent');
    return 'server=up\nplace=/etc/mysql/conf.d/x.cnf line 12:slave-skip-errors=ALL\nreader=0';
  };
  const found = await examinePair({ ...ports, host: { ...ports.host, run } }, { ...first, hostWork }, 'full');
  return found.filter(({ subject }) => subject === 'db2').map(({ id, got }) => `${id}: ${got}`);
}

/** How long a host is waited for, with so much time left for the answer. */
async function waitedFor(leftMs: number): Promise<readonly number[]> {
  const environment = { ...small, pairs: small.pairs.map((pair) => ({ ...pair, hostWork: true })) };
  const parsed = parseConfig(environment);
  if (parsed.kind === 'faulty') throw new Error(JSON.stringify(parsed.faults));
  const ports = portsOf(newWorld({}));
  const limitsMs: number[] = [];
  const run: typeof ports.host.run = async (_pair, _node, _document, limitMs) => {
    limitsMs.push(limitMs);
    throw new PortError('timeout', 'no agent');
  };
  const raw = { action: 'doctor', pair: parsed.value.pairs[0]?.name };
  const deadlineMs = ports.clock.nowMs() + leftMs;
  const given = { config: parsed.value, ports: { ...ports, host: { ...ports.host, run } }, owner: 'a test' };
  await operate({ ...given, raw, deadlineMs });
  return limitsMs;
}

const ids = ({ data }: Reply) =>
  data?.action === 'doctor' ? data.findings.map(({ subject, id }) => `${subject} ${id}`) : null;

describe('the order doctor', () => {
  it('examines both nodes, changes nothing, and is done where there is no danger', async () => {
    const reply = await ask({});
    expect(reply.calls.toSorted()).toEqual(['examine db1', 'examine db2']);
    expect(reply.ok).toBe(true);
    expect(ids(reply)).toEqual(['orders tls-off']);
    expect(reply.lines[0]).toBe('hint  orders  tls-off');
  });

  it('says what is dangerous first', async () => {
    const facts = (node: string) =>
      node === 'db1'
        ? factsOf(node)
        : changed({ variables: { sync_binlog: '0', replica_skip_errors: 'ALL' } });
    const reply = await ask({ facts });
    expect(ids(reply)).toEqual(['db2 errors-skipped', 'db2 log-not-synced', 'orders tls-off']);
  });

  it.each<[hostWork: boolean, answers: boolean, place: string, beside: readonly string[]]>([
    [
      true,
      true,
      ' (set in /etc/mysql/conf.d/x.cnf line 12)',
      ['vip-not-bound: 10.0.1.10 is on no interface'],
    ],
    [true, false, '', ['host-not-read: no agent']],
    [false, true, '', []],
  ])('asks hosts what they are, if it may (%s) and they answer (%s)', async (may, answers, place, beside) => {
    expect(await askHosts(may, answers)).toEqual([
      `errors-skipped: replica_skip_errors = ALL${place}`,
      ...beside,
    ]);
  });

  it('waits for no host beyond the time of its answer', async () => {
    expect(await waitedFor(100_000)).toEqual([15_000, 15_000]);
    expect(await waitedFor(4000)).toEqual([4000, 4000]);
  });

  it('a node that does not answer, and an EC2 that does not, are findings', async () => {
    const before = (call: string) => {
      if (call === 'examine db2') throw new Error('no connection');
    };
    const reply = await ask({ before, ec2Blind: true });
    expect(reply.ok).toBe(true);
    expect(ids(reply)).toEqual(['db2 node-not-read', 'orders ec2-not-read']);
  });
});
