/** An environment as it is read: its defaults, its nodes, and what is not a fault. */
import { expect, it } from 'vitest';
import {
  type EnvironmentInput,
  nodeOf,
  parseConfig,
  peerOf,
  readConfig,
} from '../../../lib/core/config/config.ts';
import { renderFault } from '../../../lib/core/fault.ts';
import { large, pairIn, small } from '../environments.ts';

const topicArn = 'arn:aws:sns:eu-central-1:111122223333:oncall';
const topicKeyArn = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
/** The small environment with an existing topic in place of subscribers. */
const { subscribers: _, ...nobody } = small;
const ofTopic = { ...nobody, topicArn };
/** The small environment with this at that path: `changed('pairs.0.vip', 'x')`. */
function changed(path: string, value: unknown): unknown {
  const copy = structuredClone(small) as unknown as Record<string, unknown>;
  const keys = path.split('.');
  let parent = copy;
  for (const key of keys.slice(0, -1)) {
    parent[key] ??= {};
    parent = parent[key] as typeof copy;
  }
  parent[keys.at(-1) ?? ''] = value;
  return copy;
}
function faultsIn(raw: unknown) {
  const parsed = parseConfig(raw);
  return parsed.kind === 'faulty' ? parsed.faults : [];
}
it('takes an existing topic in place of subscribers, and reads that back from JSON', () => {
  const parsed = parseConfig({ ...ofTopic, topicKeyArn });
  if (parsed.kind === 'faulty') throw new Error(JSON.stringify(parsed.faults));
  expect(parsed.value).toMatchObject({ topicArn, topicKeyArn });
  expect(readConfig(JSON.parse(JSON.stringify(parsed.value)))).toEqual(parsed);
});
it('lists every fault, of shape and of sense, in one go', () => {
  const pair = pairIn('a', '10.0.1', 'orders');
  const second = { ...pair.nodes[1], subnet: 'b', instanceId: pair.nodes[0].instanceId, colour: 'red' };
  const raw = {
    ...small,
    subscribers: [],
    subnets: { ...small.subnets, b: large.subnets.b },
    pairs: [{ ...pair, vip: '10.0.9.9', nodes: [pair.nodes[0], second], settings: { lagLimitSeconds: 0 } }],
    owner: 'me',
  };
  expect(faultsIn(raw).map((fault) => fault.path)).toEqual([
    'subscribers',
    'pairs[0].nodes[1]',
    'pairs[0].settings.lagLimitSeconds',
    '',
    'pairs[0].nodes[1].instanceId',
    'pairs[0].nodes[1].subnet',
    'pairs[0].nodes[1].address',
    'pairs[0].vip',
    'pairs[0].vip',
  ]);
});
it('says nothing of a pair that shares hosts with another, on a port of its own', () => {
  const pair = pairIn('a', '10.0.1', 'orders');
  const beside = { ...pair, name: 'stock', vip: '10.0.1.20' };
  const twice = (port: number): EnvironmentInput => ({ ...small, pairs: [pair, { ...beside, port }] });
  expect(faultsIn(twice(3307))).toEqual([]);
  expect(faultsIn(twice(3306)).map((fault) => fault.got)).toEqual([
    'the server 10.0.1.11:3306 in two pairs',
    'the server 10.0.1.12:3306 in two pairs',
  ]);
});
it('wants both kinds of groups for isolate', () => {
  const faults = faultsIn(changed('pairs.0.fencing', 'isolate'));
  expect(faults.map((fault) => fault.path)).toEqual(['pairs[0].quarantineGroup', 'pairs[0].nodeGroups']);
});
it('wants an authority for verify-ca, and verify-ca for an authority', () => {
  const authority = changed('pairs.0.tlsAuthority', '/keepalambda/authority');
  expect(faultsIn(changed('pairs.0.tls', 'verify-ca')).map((fault) => fault.path)).toEqual([
    'pairs[0].tlsAuthority',
  ]);
  const [pair] = (authority as EnvironmentInput).pairs;
  expect(faultsIn({ ...small, pairs: [{ ...pair, tls: 'encrypt' }] }).map((fault) => fault.path)).toEqual([
    'pairs[0].tls',
  ]);
  expect(faultsIn({ ...small, pairs: [{ ...pair, tls: 'verify-ca' }] })).toEqual([]);
});
it('suggests the setting that was probably meant', () => {
  const [fault] = faultsIn(changed('pairs.0.settings.lag-limit', 3));
  expect(fault?.remedy).toContain('lagLimitSeconds');
});
it('fills in the defaults, and the functions read what comes of it', () => {
  for (const environment of [small, large]) {
    const parsed = parseConfig(environment);
    if (parsed.kind !== 'valid') throw new Error(parsed.faults.map(renderFault).join('\n'));
    expect(parsed.value.pairs[0]?.settings.lagLimitSeconds).toBe(120);
    expect(readConfig(JSON.parse(JSON.stringify(parsed.value)))).toEqual(parsed);
  }
});
it('finds a node and its peer', () => {
  const parsed = parseConfig(small);
  const pair = parsed.kind === 'valid' ? parsed.value.pairs[0] : undefined;
  if (!pair) throw new Error('no pair');
  expect(nodeOf(pair, 'db2').address).toBe('10.0.1.12');
  expect(peerOf(pair, 'db2').name).toBe('db1');
  expect(() => nodeOf(pair, 'db3')).toThrow('no node db3');
});
it.each([null, 7, [], {}, { pairs: 3 }, { pairs: [null] }])(
  'reads %j back as faulty, and never throws',
  (raw) => {
    expect(readConfig(raw).kind).toBe('faulty');
    expect(parseConfig(raw).kind).toBe('faulty');
  },
);
it('an object that contains itself, and a number without an end in JSON, are faults like any other', () => {
  const circle: Record<string, unknown> = { ...small };
  circle.pairs = [circle];
  expect(faultsIn(circle).length).toBeGreaterThan(0);
  expect(faultsIn({ ...small, account: 111_122_223_333n }).map(renderFault)).toEqual([
    'account: got 111122223333; want an account id of 12 digits, in quotes. To fix it: give account an account id of 12 digits, in quotes.',
  ]);
});
