/** A single fault of an environment is named with its place, what was got and what is wanted. */
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../lib/core/config/config.ts';
import { renderFault } from '../../../lib/core/fault.ts';
import { pairIn, small } from '../environments.ts';

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
describe('a single fault is named with its place, what was got and what is wanted', () => {
  const a = small.subnets.a;
  const inside = { subnets: ['a'], securityGroups: ['sg-0000000b'] };
  test.each<[name: string, raw: unknown, path: string, words: string]>([
    ['VIP outside the subnet', changed('pairs.0.vip', '10.0.9.10'), 'pairs[0].vip', 'outside 10.0.1.0/24'],
    ['VIP that AWS reserves', changed('pairs.0.vip', '10.0.1.3'), 'pairs[0].vip', 'AWS keeps'],
    ['VIP at the end of the subnet', changed('pairs.0.vip', '10.0.1.255'), 'pairs[0].vip', 'AWS keeps'],
    ['VIP of a node', changed('pairs.0.vip', '10.0.1.12'), 'pairs[0].vip', "db2's own address"],
    ['VIP is no address', changed('pairs.0.vip', 'vip'), 'pairs[0].vip', 'an IPv4 address'],
    [
      'an account id without quotes, which loses its zero',
      changed('account', 12_345_678_901),
      'account',
      'got 12345678901; want an account id of 12 digits, in quotes',
    ],
    ['a region that is no text', changed('region', ['eu-central-1']), 'region', 'want a region, such as'],
    ['a list that is none', changed('pairs', {}), 'pairs', 'got {}; want a list of pairs'],
    ['a list that is a text', changed('vantages', 'a'), 'vantages', 'one to three vantages, as a list'],
    [
      'a name of a million letters',
      changed('name', 'n'.repeat(1_000_000)),
      'name',
      '(1000002 characters, cut)',
    ],
    [
      'address outside',
      changed('pairs.0.nodes.0.address', '10.1.1.1'),
      'pairs[0].nodes[0].address',
      'outside',
    ],
    ['same instance', sameAs('instanceId'), 'pairs[0].nodes[1].instanceId', 'its own instanceId'],
    ['same interface', sameAs('eniId'), 'pairs[0].nodes[1].eniId', 'its own eniId'],
    ['same name', sameAs('name'), 'pairs[0].nodes[1].name', 'its own name'],
    ['one node', changed('pairs.0.nodes', [small.pairs[0]?.nodes[0]]), 'pairs[0].nodes', 'exactly two nodes'],
    ['unknown subnet', changed('vantages', ['a', 'z']), 'vantages[1]', 'one of a'],
    ['a vantage twice', changed('vantages', ['a', 'a']), 'vantages', 'a twice'],
    ['four vantages', changed('vantages', ['a', 'b', 'c', 'd']), 'vantages', 'one to three'],
    [
      'lag limit 0',
      changed('pairs.0.settings.lagLimitSeconds', 0),
      'pairs[0].settings.lagLimitSeconds',
      'a positive number of seconds',
    ],
    [
      'one look is not silence',
      changed('pairs.0.expert.silentLooks', 1),
      'pairs[0].expert.silentLooks',
      'one lost packet',
    ],
    ['no subscriber', changed('subscribers', []), 'subscribers', 'at least one subscriber'],
    [
      'a subscriber twice',
      changed('subscribers', ['a@example.com', 'a@example.com']),
      'subscribers',
      'each subscriber once',
    ],
    [
      'no address',
      changed('subscribers', ['oncall']),
      'subscribers[0]',
      'an e-mail address, an https:// URL,',
    ],
    [
      'an unknown subnet',
      changed('insideVpc', { ...inside, subnets: ['z'] }),
      'insideVpc.subnets[0]',
      'one of a',
    ],
    [
      'no group',
      changed('insideVpc', { ...inside, securityGroups: [] }),
      'insideVpc.securityGroups',
      'at least one',
    ],
    [
      'no policy',
      changed('permissionsBoundary', 'boundary'),
      'permissionsBoundary',
      'the ARN of a managed policy',
    ],
    ['half a path', changed('rolePath', '/platform'), 'rolePath', 'begins and ends with a slash'],
    ['a tag of AWS', changed('tags', { 'aws:x': '1' }), 'tags.aws:x', 'a tag of at most 128'],
    ['our tag', changed('tags', { keepalambda: '1' }), 'tags', 'other than keepalambda'],
    ['nobody to alert', nobody, 'subscribers', 'or an existing topic as topicArn'],
    ['two audiences', changed('topicArn', topicArn), 'subscribers', 'either topicArn or subscribers'],
    ['a key of no topic', changed('topicKeyArn', topicKeyArn), 'topicKeyArn', 'the key of the topic'],
    ['no key', { ...ofTopic, topicKeyArn: 'alias/mine' }, 'topicKeyArn', 'the ARN of a KMS key'],
    [
      'a topic of another region',
      { ...ofTopic, topicArn: topicArn.replace('eu-central-1', 'us-east-1') },
      'topicArn',
      'a topic in eu-central-1',
    ],
    [
      'the topic that the stack had made',
      { ...ofTopic, topicArn: topicArn.replace('oncall', 'keepalambda-small-alerts') },
      'topicArn',
      'the stack takes its own away',
    ],
    [
      'a second topic that is the first',
      { ...ofTopic, deadManTopicArn: topicArn },
      'deadManTopicArn',
      'another topic than that of the alerts',
    ],
    [
      'escalations to the topic of the alerts',
      { ...ofTopic, escalationTopicArn: topicArn },
      'escalationTopicArn',
      'another topic than that of the alerts',
    ],
    [
      'escalations to the topic of the stack',
      changed('escalationTopicArn', topicArn.replace('oncall', 'keepalambda-small-alerts')),
      'escalationTopicArn',
      'people whom that one has not reached',
    ],
    [
      'a key of no topic for escalations',
      changed('escalationKeyArn', topicKeyArn),
      'escalationKeyArn',
      'the key of the topic escalationTopicArn',
    ],
    ['escalation at once', changed('escalationMinutes', 0), 'escalationMinutes', 'at least 1 minute'],
    ['no topic', changed('deadManTopicArn', 'oncall'), 'deadManTopicArn', 'the ARN of a standard SNS topic'],
    [
      'a topic elsewhere',
      changed('deadManTopicArn', 'arn:aws:sns:us-east-1:111122223333:oncall'),
      'deadManTopicArn',
      'a topic in eu-central-1',
    ],
    [
      'our own topic',
      changed('deadManTopicArn', 'arn:aws:sns:eu-central-1:111122223333:keepalambda-small-alerts'),
      'deadManTopicArn',
      'not of this stack',
    ],
    ['unknown key', changed('pairs.0.fence', 'none'), 'pairs[0]', 'fencing'],
    ['unknown setting', changed('pairs.0.settings.lagLimit', 3), 'pairs[0].settings', 'lagLimitSeconds'],
    ['unknown subnet key', changed('subnets.a.vpc', 'x'), 'subnets.a', 'availabilityZone'],
    ['a subnet with a bad name', changed('subnets.A_1', a), 'subnets.A_1', 'lower-case'],
    ['two names for a subnet', changed('subnets.b', a), 'subnets.b', 'which is also a'],
    [
      'overlapping subnets',
      changed('subnets.b', { ...a, subnetId: 'subnet-0000000b', cidr: '10.0.0.0/16' }),
      'subnets.b',
      'overlaps',
    ],
    [
      'zone of another region',
      changed('region', 'us-east-1'),
      'subnets.a.availabilityZone',
      'region is us-east-1',
    ],
    ['prefers a stranger', changed('pairs.0.prefer', 'db3'), 'pairs[0].prefer', 'db1, db2'],
    ['a name too long for AWS', changed('name', 'an-environment-for-all'), 'name', 'at most 20'],
    [
      'an alias of a key',
      changed('pairs.0.credentialsKey', 'alias/x'),
      'pairs[0].credentialsKey',
      'not of an alias',
    ],
    ['an odd retention', changed('logRetentionDays', 8), 'logRetentionDays', 'one of 1, 3, 5'],
    [
      'two pairs of a name',
      changed('pairs.1', pairIn('a', '10.0.1', 'orders', 20)),
      'pairs',
      'two pairs named orders',
    ],
    [
      'the VIP of one pair is a node of another',
      changed('pairs.1', { ...pairIn('a', '10.0.1', 'stock', 20), vip: '10.0.1.12' }),
      'pairs[1].vip',
      'the own address of db2 in the pair orders',
    ],
    [
      'the VIP of one pair is a chain replica of another',
      changed('pairs.1', {
        ...pairIn('a', '10.0.1', 'stock', 20),
        replicas: [{ name: 'r01', address: small.pairs[0]?.vip }],
      }),
      'pairs[0].vip',
      'the own address of r01 in the pair stock',
    ],
    ['nothing', undefined, '', 'got nothing; want one object'],
    ['a Promise', Promise.resolve(small), '', 'got a Promise; want one object'],
    ['a function that would make it', () => small, '', 'the function called'],
    ['a list', [small], '', 'want one object'],
    ['a number', 7, '', 'got 7; want one object'],
  ])('%s', (_, raw, path, words) => {
    const faults = faultsIn(raw);
    expect(faults.map((fault) => fault.path)).toEqual([path]);
    expect(faults.map(renderFault).join()).toContain(words);
  });
});
function sameAs(key: 'instanceId' | 'eniId' | 'name'): unknown {
  return changed(`pairs.0.nodes.1.${key}`, small.pairs[0]?.nodes[0][key]);
}
