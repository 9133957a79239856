/**
 * An environment to copy: `cp environments/example.ts environments/prod.ts`, change the name and the ids, then
 * `npm run synth`, which lists whatever is wrong. The editor, or docs/settings.md, says what each setting is for.
 */
import { defineEnvironment } from '../lib/core/config/config.ts';

export default defineEnvironment({
  name: 'example',
  description: 'Orders, two masters in Frankfurt',
  account: '111122223333',
  region: 'eu-central-1',
  vpcId: 'vpc-0a1b2c3d4e5f60718',

  // The nodes share a subnet, because a VIP cannot leave its own. The second is only looked from.
  subnets: {
    a: { subnetId: 'subnet-0a1b2c3d4e5f60718', cidr: '10.0.1.0/24', availabilityZone: 'eu-central-1a' },
    b: { subnetId: 'subnet-0b1c2d3e4f5061728', cidr: '10.0.2.0/24', availabilityZone: 'eu-central-1b' },
  },
  vantages: ['a', 'b'],
  probeSecurityGroups: ['sg-0a1b2c3d4e5f60718'],

  // An e-mail address gets a link to confirm. A telephone number or an https URL will do, too.
  subscribers: ['oncall@example.com'],

  pairs: [
    {
      name: 'orders',
      // Looks, alerts and says what it would do; 'act' lets it.
      mode: 'observe',
      vip: '10.0.1.10',
      nodes: [
        {
          name: 'db1',
          instanceId: 'i-0a1b2c3d4e5f60718',
          eniId: 'eni-0a1b2c3d4e5f60718',
          address: '10.0.1.11',
          subnet: 'a',
        },
        {
          name: 'db2',
          instanceId: 'i-0b1c2d3e4f5061728',
          eniId: 'eni-0b1c2d3e4f5061728',
          address: '10.0.1.12',
          subnet: 'a',
        },
      ],
      prefer: 'db1',
      credentials: '/keepalambda/example/orders',
      repair: ['mysqld'],
    },
  ],
});
