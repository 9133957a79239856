/** What `init` asks EC2: a node by its instance, and a subnet by its id. Reads with the credentials of the person. */
import { DescribeSubnetsCommand, EC2Client, type Instance, type Subnet } from '@aws-sdk/client-ec2';
import { operatorOptions, within } from '../aws/clients.ts';
import { describeInstances, filter } from '../aws/ec2/vip-locate.ts';
import type { ReadingOptions } from './check/read-answers.ts';
import type { Ec2Knowledge, KnownNode, KnownSubnet } from './init-offers.ts';

/** A person waits for each answer. Milliseconds. */
const LIMIT_MS = 15_000;

/** Throws the SDK's error where there are no credentials; nothing else is asked for that. */
export async function openEc2(
  region: string,
  reading: ReadingOptions = operatorOptions(),
): Promise<Ec2Knowledge> {
  const ec2 = new EC2Client({ ...reading, region });
  await ec2.config.credentials();
  return {
    async node(instanceId) {
      const [instance] = await describeInstances(ec2, [instanceId], LIMIT_MS);
      return instance ? nodeOf(instance) : null;
    },
    async subnet(subnetId) {
      const command = new DescribeSubnetsCommand({ Filters: [filter('subnet-id', [subnetId])] });
      const { Subnets: [subnet] = [] } = await ec2.send(command, within(LIMIT_MS));
      return subnet ? subnetOf(subnet) : null;
    },
  };
}

/** Its interface is the one of device index 0: only there can a VIP be answered from. */
function nodeOf({ NetworkInterfaces: interfaces = [] }: Instance): KnownNode | null {
  const eni = interfaces.find(({ Attachment }) => Attachment?.DeviceIndex === 0);
  if (!eni) return null;
  const addresses = eni.PrivateIpAddresses ?? [];
  return {
    account: eni.OwnerId,
    eniId: eni.NetworkInterfaceId,
    address: eni.PrivateIpAddress,
    otherAddresses: addresses.flatMap((one) => (one.Primary ? [] : (one.PrivateIpAddress ?? []))),
    subnetId: eni.SubnetId,
  };
}

function subnetOf({ VpcId, CidrBlock, AvailabilityZone }: Subnet): KnownSubnet {
  return { vpcId: VpcId, cidr: CidrBlock, availabilityZone: AvailabilityZone };
}
