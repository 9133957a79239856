/** Faults of an EC2 instance that somebody brings about by EC2's own API. */
import { EC2Client, StopInstancesCommand } from '@aws-sdk/client-ec2';
import { instanceIds } from '../deployment.ts';
import type { LabWorld } from '../world.ts';
import { forGood, type LabFault } from './fault.ts';

/** How long the host's system ends other services before it comes to mysqld, and until EC2 says `stopped`. Milliseconds. */
const LINGERS_MS = 6000;
const STOPPED_AFTER_MS = 10_000;

export const instanceFaults = {
  'instance-stop': {
    about:
      "the holder's instance is stopped in the console: it serves on until its system has shut down, and the VIP is moved away in time",
    expected: 'failover',
    alerts: ['switchover-done'],
    planned: true,
    play: async (world) => {
      world.hosts.db1.lingersMs = LINGERS_MS;
      world.aws.ec2.timing.shutdownMs = STOPPED_AFTER_MS;
      await stopInstance(world, instanceIds.db1);
      return forGood;
    },
  },
} as const satisfies Record<string, LabFault>;

async function stopInstance({ aws }: LabWorld, instanceId: string): Promise<void> {
  const ec2 = new EC2Client(aws.clientOptions());
  try {
    await ec2.send(new StopInstancesCommand({ InstanceIds: [instanceId] }));
  } finally {
    ec2.destroy();
  }
}
