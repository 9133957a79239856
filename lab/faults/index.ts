/** The catalogue of faults: what is done, and the result that it must have. */
import { capacityFaults } from './capacity.ts';
import { channelFaults } from './channels.ts';
import { ec2Faults } from './ec2.ts';
import type { LabFault } from './fault.ts';
import { historyFaults } from './history.ts';
import { instanceFaults } from './instance.ts';
import { lockFaults } from './locks.ts';
import { loginFaults } from './logins.ts';
import { networkFaults } from './network.ts';
import { planFaults } from './plans.ts';
import { repairFaults } from './repairs.ts';
import { replicationFaults } from './replication.ts';
import { serverFaults } from './servers.ts';

export const faults: Readonly<Record<string, LabFault>> = {
  ...serverFaults,
  ...instanceFaults,
  ...replicationFaults,
  ...networkFaults,
  ...ec2Faults,
  ...planFaults,
  ...lockFaults,
  ...channelFaults,
  ...loginFaults,
  ...historyFaults,
  ...capacityFaults,
  ...repairFaults,
};
