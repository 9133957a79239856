/** What `check` finds of parameters, hosts, the stack and the account. */
import { notDone } from '../../lib/core/operator/reply.ts';
import {
  account,
  answering,
  type FindingCase,
  overfull,
  reading,
  unreachable,
  versioned,
  withAuthority,
} from './check-cases.ts';
import { configWith, credentials, db1, right } from './check-world.ts';

export const accountCases: readonly FindingCase[] = [
  [
    'no parameter',
    'parameter-missing',
    { aws: { parameters: [right.parameters[0]] } },
    { subject: credentials, fix: /keepalambda grants --environment small/ },
  ],
  ['a parameter that is no JSON', 'parameter-malformed', { aws: account('secret') }, { got: /got no JSON/ }],
  [
    'a parameter without a user',
    'parameter-malformed',
    { aws: account('{"password":"secret"}') },
    { got: /user: the name of the account/ },
  ],
  [
    'an authority that is no certificate',
    'parameter-malformed',
    {
      aws: { parameters: [...right.parameters, { name: '/keepalambda/authority', value: 'no' }] },
      config: withAuthority,
    },
    { subject: '/keepalambda/authority', want: 'a certificate in PEM', fix: /file:\/\/ca\.pem/ },
  ],
  [
    'a password in the clear',
    'parameter-in-the-clear',
    { aws: account('{"user":"k","password":"secret"}', 'String') },
    { got: 'a parameter of the type String' },
  ],
  [
    'hosts whose agent must bind the VIP and does not answer',
    'agent-offline',
    { aws: unreachable, config: configWith({}, { hostAddress: 'ssm' }) },
    { got: `the SSM agent of ${db1.instanceId} is ConnectionLost` },
  ],
  [
    'hosts whose agent must restart mysqld and does not answer',
    'agent-offline-for-repair',
    { aws: unreachable, config: configWith({}, { repair: ['mysqld'] }) },
    { want: 'Online, because of repair: [mysqld]' },
  ],
  [
    'an account with a limit of 105, before the deployment',
    'concurrency-too-small',
    { aws: { functions: [], concurrency: 105 } },
    { got: 'room to reserve 5 invocations, by the limit of 105', want: 'room for 14', fix: /L-B99A9384/ },
  ],
  [
    'a topic of which nobody has confirmed a subscription',
    'nobody-alerted',
    { aws: { subscriptions: [{ ...right.subscriptions[0], confirmed: false }] } },
    { fix: /aws sns subscribe --region eu-central-1 --topic-arn .*small-alerts/ },
  ],
  [
    'a subscriber who has not confirmed',
    'subscriber-unconfirmed',
    { aws: { subscriptions: [{ ...right.subscriptions[0], confirmed: false }] } },
    { subject: 'oncall@example.com', got: 'a subscription that waits to be confirmed' },
  ],
  [
    'a subscriber who has gone',
    'subscriber-unconfirmed',
    { aws: { subscriptions: [{ ...right.subscriptions[0], endpoint: 'dba@example.com' }] } },
    { got: 'no subscription' },
  ],
  [
    'an account without a bootstrap stack',
    'not-bootstrapped',
    { aws: { parameters: [right.parameters[1]] } },
    { fix: 'npx cdk bootstrap aws://111122223333/eu-central-1' },
  ],
  [
    'an old bootstrap stack',
    'not-bootstrapped',
    { aws: { parameters: [{ ...right.parameters[0], value: '5' }, right.parameters[1]] } },
    { got: 'its version 5' },
  ],
  [
    'more than a role may have',
    'over-limit',
    { config: overfull },
    {
      subject: 'small',
      got: /characters in a managed policy/,
      want: /^at most 6144: IAM/,
      fix: /second environment/,
    },
  ],
  [
    'a version for each of many updates',
    'old-versions',
    { aws: { functions: versioned(51) } },
    {
      subject: 'keepalambda-small-watch',
      got: '51 versions',
      fix: 'for number in $(seq 2 42); do aws lambda delete-function --region eu-central-1 --function-name keepalambda-small-watch --qualifier $number; done',
    },
  ],
  [
    'a read function that fails',
    'servers-not-examined',
    { aws: reading({ directory: '/nowhere' }) },
    {
      subject: 'orders',
      got: /^Error: Cannot find module/,
      fix: /allow lambda:InvokeFunction on keepalambda-small-read .*aws logs tail --region eu-central-1 /,
    },
  ],
  [
    'a read function of another release',
    'servers-not-examined',
    { aws: answering('{"answer":42}') },
    { got: 'the answer of another release' },
  ],
  [
    'a read function that does not know the pair',
    'servers-not-examined',
    { aws: answering(JSON.stringify(notDone('faulty', ['pair: got orders; want one of billing']))) },
    { got: 'pair: got orders; want one of billing' },
  ],
  [
    'a person who may not have the servers examined',
    'servers-not-examined',
    { denied: 'lambda:Invoke/keepalambda-small-read' },
    { got: /^AccessDeniedException/ },
  ],
  ['no stack yet', 'not-deployed', { aws: { functions: [] } }, { fix: 'npx cdk deploy small' }],
  [
    'a shell with another region',
    'other-region',
    { shellRegion: 'us-east-1' },
    { got: 'the region us-east-1' },
  ],
  [
    'a person who may not read subnets',
    'not-read',
    { denied: 'ec2:DescribeSubnets' },
    { subject: 'ec2:DescribeSubnets', got: /UnauthorizedOperation/ },
  ],
];
