/** Whether there is room for the VIP on the interface of each node. */
import { contains, parseCidr } from '../address.ts';
import { awsCommand, membersOf, type Rule, subjectOf } from './rule.ts';

export const roomRules: readonly Rule[] = [
  {
    id: 'interface-full',
    severity: 'danger',
    why: 'EC2 refuses to put the VIP on this interface, so this node cannot take over',
    differences: (config, { interfaces, instances, addressLimits }) =>
      membersOf(config).flatMap((member) => {
        const { pair, node } = member;
        const eni = interfaces?.find(({ id }) => id === node.eniId);
        const type = instances?.find(({ id }) => id === node.instanceId)?.type ?? '';
        const limit = addressLimits?.get(type);
        if (!eni || limit === undefined || eni.secondaryAddresses.includes(pair.vip)) return [];
        const used = 1 + eni.secondaryAddresses.length + eni.prefixes.length;
        if (used < limit) return [];
        const words = `ec2 unassign-private-ip-addresses --network-interface-id ${eni.id} --private-ip-addresses ${eni.secondaryAddresses[0] ?? 'ADDRESS'}`;
        return [
          {
            subject: subjectOf(member),
            got: `${used} addresses on ${eni.id}, of ${limit} that ${type} takes`,
            want: 'room for the VIP',
            fix: `take away what is not needed, such as: ${awsCommand(config, words)}`,
          },
        ];
      }),
  },
  {
    id: 'vip-in-prefix',
    severity: 'danger',
    why: 'EC2 does not move an address that lies in a prefix of an interface: the pair is misconfigured, and never acted for',
    differences: (config, { interfaces }) =>
      membersOf(config).flatMap((member) => {
        const { pair, node } = member;
        const eni = interfaces?.find(({ id }) => id === node.eniId);
        const prefix = eni?.prefixes.find((range) => contains(parseCidr(range), pair.vip));
        if (!eni || prefix === undefined) return [];
        const words = `ec2 unassign-private-ip-addresses --network-interface-id ${eni.id} --ipv4-prefixes ${prefix}`;
        return [
          {
            subject: subjectOf(member),
            got: `the prefix ${prefix} on ${eni.id}, in which ${pair.vip} lies`,
            want: 'a VIP outside of every prefix',
            fix: `${awsCommand(config, words)}, or choose another VIP in ${config.file}`,
          },
        ];
      }),
  },
];
