/** The functions of the stack, and what starts watch. */
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { large, small } from '../core/environments.ts';
import { templateOf, templateWithoutFlags } from './templates.ts';

let one: Template;
let three: Template;
beforeAll(async () => {
  one = await templateOf(small);
  three = await templateOf(large);
});
/** The ids of the versions of these functions. */
function versionsOf(template: Template, functions: RegExp): readonly string[] {
  return Object.keys(template.findResources('AWS::Lambda::Version')).filter((id) => functions.test(id));
}
describe('functions', () => {
  test.each([
    ['keepalambda-large-watch', 150, 4, false],
    ['keepalambda-large-operate', 120, 4, false],
    ['keepalambda-large-read', 120, 2, false],
    // Each of the three pairs may have a plan at once.
    ['keepalambda-large-probe-a', 60, 6, true],
    ['keepalambda-large-probe-b', 60, 6, true],
  ])('%s runs on arm64 with its own log and concurrency', (FunctionName, Timeout, reserved, inVpc) => {
    three.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName,
      Timeout,
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: FunctionName.endsWith('read') ? 'index.read' : 'index.handler',
      MemorySize: 256,
      ReservedConcurrentExecutions: reserved,
      VpcConfig: inVpc ? Match.anyValue() : Match.absent(),
    });
    three.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: `/aws/lambda/${FunctionName}`,
      RetentionInDays: 90,
      KmsKeyId: Match.anyValue(),
    });
  });

  it('shares the pool of the account where reservations are turned off', async () => {
    const template = await templateOf({ ...small, reservedConcurrency: false });
    const ours = template.findResources('AWS::Lambda::Function', {
      Properties: { FunctionName: Match.stringLikeRegexp('^keepalambda-small-') },
    });
    expect(Object.keys(ours)).toHaveLength(4);
    for (const { Properties } of Object.values(ours)) {
      expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
    }
  });

  it('puts each probe into the subnet of its vantage', () => {
    three.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'keepalambda-large-probe-b',
      VpcConfig: {
        SubnetIds: [large.subnets.b?.subnetId],
        SecurityGroupIds: large.probeSecurityGroups,
      },
    });
  });

  it('tells watch and operate where everything is, within the 4 KB of variables', () => {
    for (const name of ['watch', 'operate', 'read']) {
      const FunctionName = `keepalambda-large-${name}`;
      three.hasResourceProperties('AWS::Lambda::Function', {
        FunctionName,
        Layers: [Match.anyValue()],
        Environment: {
          Variables: {
            KEEPALAMBDA_CONFIG_FILE: '/opt/keepalambda/config.json',
            TABLE_NAME: Match.anyValue(),
            TOPIC_ARN: Match.anyValue(),
            PROBE_FUNCTIONS: Match.anyValue(),
            DOCUMENTS: Match.serializedJson({
              'restart-mysqld': 'keepalambda-large-restart-mysqld',
              'restart-keepalived': 'keepalambda-large-restart-keepalived',
              'bind-vip': 'keepalambda-large-bind-vip',
              'unbind-vip': 'keepalambda-large-unbind-vip',
            }),
          },
        },
      });
    }
  });

  it('tells them the version of each probe that belongs to them, and keeps the one before', () => {
    const [watch] = Object.values(
      three.findResources('AWS::Lambda::Function', {
        Properties: { FunctionName: 'keepalambda-large-watch' },
      }),
    );
    const probes = JSON.stringify(watch?.Properties.Environment.Variables.PROBE_FUNCTIONS);
    for (const id of versionsOf(three, /Probe/))
      expect(probes).toContain(`{"Fn::GetAtt":["${id}","Version"]}`);
    for (const vantage of ['a', 'b']) expect(probes).toContain(`keepalambda-large-probe-${vantage}:`);
  });

  it('keeps a version that was replaced, and takes back one that a failed update made', () => {
    expect(versionsOf(three, /Probe/)).toHaveLength(2);
    expect(versionsOf(three, /Watch/)).toHaveLength(1);
    three.allResources('AWS::Lambda::Version', {
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
  });

  it('makes a new version of watch for a new configuration, and only then, whatever app the stack is in', async () => {
    const pairs = small.pairs.map((pair) => ({ ...pair, settings: { lagLimitSeconds: 61 } }));
    const [first] = versionsOf(await templateWithoutFlags(small), /Watch/);
    expect(versionsOf(await templateWithoutFlags(small), /Watch/)).toEqual([first]);
    expect(versionsOf(await templateWithoutFlags({ ...small, pairs }), /Watch/)).not.toEqual([first]);
  });

  it('gives a probe no configuration', () => {
    one.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'keepalambda-small-probe-a',
      Layers: Match.absent(),
    });
  });

  it('traces only where the environment says so', () => {
    three.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'keepalambda-large-watch',
      TracingConfig: { Mode: 'Active' },
    });
    one.allResourcesProperties('AWS::Lambda::Function', { TracingConfig: Match.absent() });
  });
});
describe('what starts watch', () => {
  it('is the clock, every minute, never again', () => {
    const [version] = versionsOf(one, /Watch/);
    one.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(1 minute)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 60 },
        DeadLetterConfig: { Arn: Match.anyValue() },
        // The whole of this deployment, and never half of one that is under way.
        Arn: { Ref: version },
      },
    });
    one.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      Qualifier: { 'Fn::GetAtt': [version, 'Version'] },
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
      DestinationConfig: { OnFailure: { Destination: Match.anyValue() } },
    });
  });

  it('leaves an event that could not be delivered with the dead letters', () => {
    three.allResourcesProperties('AWS::Events::Rule', {
      Targets: [Match.objectLike({ DeadLetterConfig: { Arn: Match.anyValue() } })],
    });
  });

  it('is started by events, too, in the version of this deployment', () => {
    const [version] = versionsOf(one, /Watch/);
    one.allResourcesProperties('AWS::Events::Rule', {
      Targets: [Match.objectLike({ Arn: { Ref: version } })],
    });
    one.allResourcesProperties('AWS::Lambda::Permission', { FunctionName: { Ref: version } });
  });

  it('is a change of a configured instance', () => {
    const ids = large.pairs.flatMap((pair) => pair.nodes.map((node) => node.instanceId));
    three.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.ec2'],
        'detail-type': ['EC2 Instance State-change Notification'],
        detail: { 'instance-id': ids },
      },
      Targets: [Match.objectLike({ RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 } })],
    });
  });

  it('is news of AWS Health', () => {
    one.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.health'],
        detail: { service: ['EC2', 'EBS', 'VPC', 'MULTIPLE_SERVICES'] },
      },
    });
  });
});
