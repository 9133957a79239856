/** `keepalambda check` against the lab's AWS over HTTPS: every finding provoked, and nothing found where all is right. */
import * as ec2 from '@aws-sdk/client-ec2';
import * as lambda from '@aws-sdk/client-lambda';
import * as sns from '@aws-sdk/client-sns';
import * as ssm from '@aws-sdk/client-ssm';
import { afterEach, describe, expect, test } from 'vitest';
import { type Aws, type AwsOptions, startAws } from '../../lab/aws/start.ts';
import { overLimits } from '../../lib/cli/check/measure-stack.ts';
import { readAnswers } from '../../lib/cli/check/read-answers.ts';
import type { Finding } from '../../lib/core/alert/finding.ts';
import { checkDeployment, deploymentRules } from '../../lib/core/deployment-check/check-deployment.ts';
import {
  answering,
  type Case,
  first,
  inbound,
  outbound,
  overfull,
  subnets,
  unreachable,
  versioned,
} from './check-cases.ts';
import { accountCases } from './check-cases-account.ts';
import { networkCases } from './check-cases-network.ts';
import * as world from './check-world.ts';

const { right, vip, configWith } = world;

let aws: Aws | undefined;
afterEach(() => aws?.close());

async function findings({ aws: changes, config = configWith(), shellRegion, denied }: Case) {
  aws = await startAws({ ...right, ...changes });
  if (denied) aws.faults.inject({ on: denied, effect: { kind: 'deny' } });
  const options = { ...aws.clientOptions(), maxAttempts: 1 };
  const read = await readAnswers(config, shellRegion ?? config.region, options);
  // To measure the stack takes long.
  const answers = { ...read, overLimits: config === overfull ? overLimits(config) : [] };
  return checkDeployment({ ...config, file: 'environments/small.mts' }, answers);
}

function expectFinding(finding: Finding | undefined, parts: Readonly<Record<string, unknown>>): void {
  for (const [key, want] of Object.entries(parts)) {
    const got = finding?.[key as keyof Finding];
    expect(got).toEqual(want instanceof RegExp ? expect.stringMatching(want) : want);
  }
}

/** A command to paste names a call that its service has. */
function expectKnownCalls(fix: string): void {
  for (const [, service = '', operation = ''] of fix.matchAll(/aws (ec2|ssm|sns|lambda) ([a-z-]+)/g)) {
    const name = operation.replace(/(^|-)(\w)/g, (_, _hyphen, letter: string) => letter.toUpperCase());
    expect({ ec2, ssm, sns, lambda }[service]).toHaveProperty(`${name}Command`);
  }
}

const cases = [...networkCases, ...accountCases];

describe('a finding', () => {
  test.each(cases)('%s: %s', async (_what, id, provoked, parts) => {
    const found = await findings(provoked);
    expect(found.map((finding) => finding.id)).toContain(id);
    expectFinding(
      found.find((finding) => finding.id === id),
      parts,
    );
    for (const { fix } of found) expectKnownCalls(fix);
    // Whatever is wrong, nobody is shown a password.
    expect(JSON.stringify(found)).not.toContain('secret"');
  });

  test('of each rule is provoked', () => {
    expect([...new Set(cases.map(([, id]) => id))].toSorted()).toEqual(
      deploymentRules.map(({ id }) => id).toSorted(),
    );
  });
});

test('what doctor finds on the servers is among the findings, by its severity', async () => {
  const finding = (severity: Finding['severity'], subject: string): Finding => ({
    id: `a-${severity}`,
    severity,
    subject,
    got: '0',
    want: '1',
    why: 'it matters.',
    fix: 'SET GLOBAL',
  });
  const servers = world.examination(finding('warning', 'orders'), finding('danger', 'db1'));
  const found = await findings({ aws: { ...answering(servers), ...subnets({ reservations: [] }) } });
  expect(found.map(({ severity, id, subject }) => [severity, id, subject])).toEqual([
    ['danger', 'a-danger', 'orders/db1'],
    ['warning', 'vip-not-reserved', 'orders'],
    ['warning', 'a-warning', 'orders'],
  ]);
});

describe('nothing is found', () => {
  const harmless: [string, Case][] = [
    ['of versions that are no burden yet', { aws: { functions: versioned(50) } }],
    ['where all is right', {}],
    ['of a wider range than the subnet', { aws: inbound({ port: 3306, range: '10.0.0.0/16' }) }],
    ['of a group for everything', { aws: inbound({ port: null, range: '0.0.0.0/0' }) }],
    ['of a prefix list, which may hold the probes', { aws: inbound({ port: 3306, prefixList: 'pl-1' }) }],
    ['of outbound rules by group', { aws: outbound({ port: 3306, group: world.nodeGroup }) }],
    ['of a full subnet in which the probes are already', { aws: subnets({ freeAddresses: 0 }) }],
    [
      'of a wider reservation',
      { aws: subnets({ reservations: [{ cidr: '10.0.1.8/29', type: 'explicit' }] }) },
    ],
    ['of an agent that nothing needs', { aws: unreachable }],
    ['of a limit that is just enough for what is reserved already', { aws: { concurrency: 114 } }],
    [
      'of a limit without reservations',
      { aws: { functions: [], concurrency: 50 }, config: configWith({ reservedConcurrency: false }) },
    ],
    ['of the same address in another VPC', { aws: elsewhere() }],
  ];
  test.each(harmless)('%s', async (_what, provoked) => {
    const found = await findings(provoked);
    expect(found.filter(({ id }) => id !== 'not-deployed')).toEqual([]);
  });
});

function elsewhere(): AwsOptions {
  const subnet = { id: 'subnet-0000000000000000c', cidr: '10.0.1.0/24', zone: 'eu-central-1a' };
  const eni = { ...first, id: world.foreignEni, subnetId: subnet.id, primaryAddress: vip };
  return {
    subnets: [...right.subnets, { ...subnet, vpcId: 'vpc-0000000000000000c' }],
    enis: [...right.enis, { ...eni, instanceId: 'i-000000000000000f9', secondaryAddresses: [] }],
  };
}
