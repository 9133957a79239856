/** The way from the probes to the nodes, through the security groups at both ends. */
import { contains, parseCidr } from '../address.ts';
import type { Config } from '../config/config.ts';
import type { Answers, GroupAnswer, GroupRule, InterfaceAnswer } from './answers.ts';
import { awsCommand, type Member, membersOf, type Rule, subjectOf } from './rule.ts';

/** A host, or all hosts of a subnet, as a rule may name them. */
interface End {
  readonly groups: readonly string[];
  readonly range: string;
}

function admits(rules: readonly GroupRule[], port: number, end: End): boolean {
  return rules.some((rule) => coversPort(rule, port) && coversEnd(rule, end));
}

function coversPort({ protocol, fromPort, toPort }: GroupRule, port: number): boolean {
  return protocol === '-1' || (protocol === 'tcp' && fromPort <= port && port <= toPort);
}

/** A prefix list may hold anything: nothing is said against it. */
function coversEnd({ groups, ranges, prefixLists }: GroupRule, end: End): boolean {
  return (
    prefixLists.length > 0 ||
    groups.some((id) => end.groups.includes(id)) ||
    ranges.some((range) => holds(range, end.range))
  );
}

/** Whether every address of the inner range lies in the outer one. */
function holds(outer: string, inner: string): boolean {
  const [wide, narrow] = [parseCidr(outer), parseCidr(inner)];
  return wide.mask <= narrow.mask && contains(wide, inner.split('/')[0] ?? inner);
}

function rulesOf(
  groups: readonly GroupAnswer[],
  ids: readonly string[],
  direction: 'inbound' | 'outbound',
): readonly GroupRule[] {
  return groups.filter(({ id }) => ids.includes(id)).flatMap((group) => group[direction]);
}

/** The nodes whose ENI and groups EC2 shows. */
function seen(config: Config, { interfaces, groups }: Answers) {
  return membersOf(config).flatMap((member) => {
    const eni = interfaces?.find(({ id }) => id === member.node.eniId);
    return eni && groups ? [{ member, eni, groups }] : [];
  });
}

/** The vantages whose probes the node does not admit. */
function shutOut(
  config: Config,
  { pair }: Member,
  eni: InterfaceAnswer,
  groups: readonly GroupAnswer[],
): readonly string[] {
  const rules = rulesOf(groups, eni.groups, 'inbound');
  return config.vantages.filter((vantage) => {
    const range = config.subnets[vantage]?.cidr ?? '0.0.0.0/0';
    return !admits(rules, pair.port, { groups: config.probeSecurityGroups, range });
  });
}

export const pathRules: readonly Rule[] = [
  {
    id: 'group-missing',
    severity: 'danger',
    why: 'the deployment fails: a probe has a group that is not there',
    differences: (config, { groups }) =>
      config.probeSecurityGroups
        .filter((id) => groups !== null && !groups.some((group) => group.id === id))
        .map((id) => ({
          subject: 'the probes',
          got: `no security group ${id} in ${config.region}`,
          want: `a group of ${config.vpcId}`,
          fix: `${awsCommand(config, `ec2 create-security-group --vpc-id ${config.vpcId} --group-name keepalambda-probes --description keepalambda`)}, and put its id into ${config.file}`,
        })),
  },
  {
    id: 'port-closed',
    severity: 'danger',
    why: 'the probes cannot reach mysqld: the node looks silent, and no failover can be decided',
    differences: (config, answers) =>
      seen(config, answers).flatMap(({ member, eni, groups }) => {
        const out = shutOut(config, member, eni, groups);
        if (out.length === 0) return [];
        const [group = 'GROUP', source = 'GROUP'] = [eni.groups[0], config.probeSecurityGroups[0]];
        const words = `ec2 authorize-security-group-ingress --group-id ${group} --protocol tcp --port ${member.pair.port} --source-group ${source}`;
        return [
          {
            subject: subjectOf(member),
            got: `no rule in ${eni.groups.join(', ') || 'any group'} that admits the probes of ${out.join(', ')} on port ${member.pair.port}`,
            want: 'a rule for a group of the probes, or for the range of their subnet',
            fix: awsCommand(config, words),
          },
        ];
      }),
  },
  {
    id: 'port-closed-outward',
    severity: 'danger',
    why: 'the probes cannot reach mysqld: the node looks silent, and no failover can be decided',
    differences: (config, answers) =>
      seen(config, answers).flatMap(({ member, eni, groups }) => {
        const { pair, node } = member;
        const own = config.probeSecurityGroups.filter((id) => groups.some((group) => group.id === id));
        const rules = rulesOf(groups, own, 'outbound');
        const reached = [node.address, pair.vip].every((address) =>
          admits(rules, pair.port, { groups: eni.groups, range: `${address}/32` }),
        );
        if (own.length === 0 || reached) return [];
        const [group = 'GROUP', target = 'GROUP'] = [own[0], eni.groups[0]];
        const permission = `IpProtocol=tcp,FromPort=${pair.port},ToPort=${pair.port},UserIdGroupPairs=[{GroupId=${target}}]`;
        return [
          {
            subject: subjectOf(member),
            got: `no outbound rule in ${own.join(', ')} that leads to ${node.address} and ${pair.vip} on port ${pair.port}`,
            want: 'a rule for a group of the node, or for both addresses',
            fix: awsCommand(
              config,
              `ec2 authorize-security-group-egress --group-id ${group} --ip-permissions '${permission}'`,
            ),
          },
        ];
      }),
  },
];
