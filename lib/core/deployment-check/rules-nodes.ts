/** The ENIs and the instances: each id is the one that the environment says. */
import type { Answers, InterfaceAnswer } from './answers.ts';
import {
  awsCommand,
  type Difference,
  type Environment,
  type Member,
  membersOf,
  type Rule,
  subjectOf,
} from './rule.ts';

/** The nodes whose ENI EC2 shows, each with what `differs` in it. */
function seenMembers(
  config: Environment,
  { interfaces }: Answers,
  differs: (eni: InterfaceAnswer, member: Member) => { readonly got: string; readonly want: string } | null,
): readonly Difference[] {
  return membersOf(config).flatMap((member) => {
    const eni = interfaces?.find(({ id }) => id === member.node.eniId);
    const found = eni ? differs(eni, member) : null;
    return found ? [{ subject: subjectOf(member), ...found, fix: correct(config, member) }] : [];
  });
}

/** The ENIs that the instance has, and where to write the right one. */
function correct(config: Environment, { node }: Member): string {
  const words = `ec2 describe-network-interfaces --filters Name=attachment.instance-id,Values=${node.instanceId}`;
  const query =
    "--query 'NetworkInterfaces[].[NetworkInterfaceId,Attachment.DeviceIndex,PrivateIpAddress,SubnetId]'";
  return `correct ${config.file} by: ${awsCommand(config, words)} --output text ${query}`;
}

export const nodeRules: readonly Rule[] = [
  {
    id: 'interface-missing',
    severity: 'danger',
    why: 'the VIP cannot be put on an interface that is not there',
    differences: (config, { interfaces }) =>
      membersOf(config)
        .filter(({ node }) => interfaces !== null && !interfaces.some(({ id }) => id === node.eniId))
        .map((member) => ({
          subject: subjectOf(member),
          got: `no interface ${member.node.eniId} in ${config.region}`,
          want: `the interface of ${member.node.instanceId}`,
          fix: correct(config, member),
        })),
  },
  {
    id: 'interface-of-another-instance',
    severity: 'danger',
    why: 'the VIP would lead to a server that is not this node, and the wrong server would be made read-only',
    differences: (config, answers) =>
      seenMembers(config, answers, ({ id, attachment }, { node }) =>
        attachment?.instanceId === node.instanceId
          ? null
          : {
              got: `${id} ${attachment ? `attached to ${attachment.instanceId}` : 'attached to no instance'}`,
              want: `attached to ${node.instanceId}`,
            },
      ),
  },
  {
    id: 'interface-address',
    severity: 'danger',
    why: 'looks and replication go to the address of another host',
    differences: (config, answers) =>
      seenMembers(config, answers, ({ id, primaryAddress }, { node }) =>
        primaryAddress === node.address
          ? null
          : { got: `${primaryAddress} as the primary address of ${id}`, want: node.address },
      ),
  },
  {
    id: 'interface-subnet',
    severity: 'danger',
    why: 'EC2 assigns the VIP only within the subnet of the interface',
    differences: (config, answers) =>
      seenMembers(config, answers, ({ id, subnetId }, { node }) => {
        const want = config.subnets[node.subnet]?.subnetId ?? node.subnet;
        return subnetId === want
          ? null
          : { got: `${id} in ${subnetId}`, want: `in ${want} (${node.subnet})` };
      }),
  },
  {
    id: 'interface-not-first',
    severity: 'danger',
    why: 'answers from the VIP leave by the first interface, whose source check drops them',
    differences: (config, answers) =>
      seenMembers(config, answers, ({ id, attachment }) => {
        const index = attachment?.deviceIndex ?? 0;
        return index === 0 ? null : { got: `${id} at device index ${index}`, want: 'device index 0' };
      }),
  },
  {
    id: 'instance-missing',
    severity: 'danger',
    why: 'there is no host to fail over to',
    differences: (config, { instances }) =>
      membersOf(config)
        .filter(({ node }) => instances !== null && !instances.some(({ id }) => id === node.instanceId))
        .map((member) => ({
          subject: subjectOf(member),
          got: `no instance ${member.node.instanceId} in ${config.region}`,
          want: `the instance that runs mysqld at ${member.node.address}`,
          fix: `correct ${config.file} by: ${awsCommand(config, `ec2 describe-instances --filters Name=private-ip-address,Values=${member.node.address}`)} --output text --query 'Reservations[].Instances[].InstanceId'`,
        })),
  },
  {
    id: 'instance-not-running',
    severity: 'danger',
    why: 'this node can neither serve nor take over',
    differences: (config, { instances }) =>
      membersOf(config).flatMap((member) => {
        const found = instances?.find(({ id }) => id === member.node.instanceId);
        if (!found || found.state === 'running') return [];
        return [
          {
            subject: subjectOf(member),
            got: `${found.id} is ${found.state}`,
            want: 'running',
            fix: awsCommand(config, `ec2 start-instances --instance-ids ${found.id}`),
          },
        ];
      }),
  },
];
