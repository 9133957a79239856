/** What `check` finds of interfaces, subnets, the VIP and security groups. */
import { enis, type FindingCase, first, inbound, outbound, second, subnets } from './check-cases.ts';
import { configWith, db1, db2, foreign, foreignEni, nodeGroup, right, vip } from './check-world.ts';

export const networkCases: readonly FindingCase[] = [
  [
    'credentials of another account',
    'wrong-account',
    { aws: { account: '999999999999', enis: [], functions: [] } },
    { got: 'credentials of account 999999999999', want: 'account 111122223333', fix: /AWS_PROFILE/ },
  ],
  [
    'an interface that is not there',
    'interface-missing',
    { aws: { enis: [second] } },
    {
      subject: 'orders/db1',
      fix: new RegExp(
        `^correct environments/small.mts by: .*attachment.instance-id,Values=${db1.instanceId}`,
      ),
    },
  ],
  [
    'an interface that is attached to the other node',
    'interface-of-another-instance',
    { aws: enis({ instanceId: db2.instanceId }) },
    { got: `${db1.eniId} attached to ${db2.instanceId}`, want: `attached to ${db1.instanceId}` },
  ],
  [
    'an interface on which there is no room for the VIP',
    'interface-full',
    { aws: { enis: [first, { ...second, secondaryAddresses: ['10.0.1.21', '10.0.1.22', '10.0.1.23'] }] } },
    {
      subject: 'orders/db2',
      got: `4 addresses on ${db2.eniId}, of 4 that t3.small takes`,
      fix: /unassign-private-ip-addresses --region .* --private-ip-addresses 10\.0\.1\.21/,
    },
  ],
  [
    'an interface with a prefix around the VIP',
    'vip-in-prefix',
    { aws: { enis: [first, { ...second, prefixes: ['10.0.1.0/28'] }] } },
    { subject: 'orders/db2', got: new RegExp(`10\\.0\\.1\\.0/28 on ${db2.eniId}`) },
  ],
  [
    'an interface with another primary address',
    'interface-address',
    { aws: enis({ primaryAddress: '10.0.1.99' }) },
    { got: /10\.0\.1\.99/, want: '10.0.1.11' },
  ],
  [
    'an interface in another subnet',
    'interface-subnet',
    {
      aws: {
        ...enis({ subnetId: 'subnet-0000000000000000b' }),
        subnets: [
          ...right.subnets,
          { id: 'subnet-0000000000000000b', cidr: '10.0.2.0/24', zone: 'eu-central-1b' },
        ],
      },
    },
    { got: `${db1.eniId} in subnet-0000000000000000b`, want: /\(a\)/ },
  ],
  [
    'an interface that is the second of its host',
    'interface-not-first',
    { aws: enis({ deviceIndex: 1 }) },
    { got: `${db1.eniId} at device index 1` },
  ],
  [
    'an instance that is not there',
    'instance-missing',
    {
      aws: {
        instances: right.instances.slice(1),
        enis: [{ ...first, instanceId: db2.instanceId }, second],
      },
    },
    { subject: 'orders/db1', fix: /private-ip-address,Values=10\.0\.1\.11/ },
  ],
  [
    'an instance that is stopped',
    'instance-not-running',
    { aws: { instances: [{ ...right.instances[0], state: 'stopped' }, ...right.instances.slice(1)] } },
    { got: `${db1.instanceId} is stopped`, fix: /start-instances/ },
  ],
  [
    'a subnet that is not there',
    'subnet-missing',
    { config: configWith({ subnets: { ...configWith().subnets, b: other('b') } }) },
    { subject: 'subnet b', got: 'no subnet subnet-0000000000000000b in eu-central-1' },
  ],
  [
    'a subnet with another range',
    'subnet-differs',
    { aws: subnets({ cidr: '10.0.0.0/20' }) },
    { got: '10.0.0.0/20', want: '10.0.1.0/24' },
  ],
  [
    'a subnet of another VPC and zone',
    'subnet-differs',
    { aws: subnets({ vpcId: 'vpc-0000000000000000b', zone: 'eu-central-1c' }) },
    { got: 'vpc-0000000000000000b, eu-central-1c', want: 'vpc-0000000000000000a, eu-central-1a' },
  ],
  [
    'a vantage without a free address, before the deployment',
    'subnet-full',
    { aws: { ...subnets({ freeAddresses: 0 }), functions: [] } },
    { subject: 'subnet a' },
  ],
  [
    'the VIP on an interface of somebody else',
    'vip-taken',
    { aws: { enis: foreign('10.0.1.99', [vip]) } },
    {
      got: new RegExp(`as a secondary address of ${foreignEni}`),
      fix: /unassign-private-ip-addresses/,
    },
  ],
  [
    'the VIP as the primary address of somebody else',
    'vip-taken',
    { aws: { enis: foreign(vip, []) } },
    { got: /as the primary address/, fix: /choose a free address/ },
  ],
  [
    'a VIP that nothing reserves',
    'vip-not-reserved',
    { aws: subnets({ reservations: [] }) },
    { fix: /create-subnet-cidr-reservation --region eu-central-1 .* --cidr 10\.0\.1\.10\/32 .*explicit/ },
  ],
  [
    'a VIP in a range that is kept for prefixes',
    'vip-not-reserved',
    { aws: subnets({ reservations: [{ cidr: '10.0.1.0/28', type: 'prefix' }] }) },
    { subject: 'orders' },
  ],
  [
    'a group that is not there',
    'group-missing',
    { aws: { groups: [{ id: nodeGroup, inbound: [{ port: 3306, range: '10.0.0.0/8' }] }] } },
    { got: /no security group sg-0+1 in/ },
  ],
  [
    'nodes that admit nobody',
    'port-closed',
    { aws: inbound() },
    { subject: 'orders/db1', fix: /authorize-security-group-ingress .*--port 3306 --source-group sg-0+1$/ },
  ],
  ['nodes that admit another port', 'port-closed', { aws: inbound({ port: 22, range: '0.0.0.0/0' }) }, {}],
  [
    'nodes that admit half of the subnet of the probes',
    'port-closed',
    { aws: inbound({ port: 3306, range: '10.0.1.0/25' }) },
    { got: /the probes of a on port 3306/ },
  ],
  [
    'probes that may reach another port only',
    'port-closed-outward',
    { aws: outbound({ port: 443, range: '0.0.0.0/0' }) },
    { fix: /authorize-security-group-egress/ },
  ],
];

function other(name: string) {
  return {
    subnetId: `subnet-0000000000000000${name}`,
    cidr: '10.0.2.0/24',
    availabilityZone: 'eu-central-1b',
  };
}
