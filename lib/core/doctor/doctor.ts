/** What doctor finds on a pair: the rules over both nodes' facts, and what EC2 says. */
import { byDanger, type Finding } from '../alert/finding.ts';
import type { Node, Pair } from '../config/config.ts';
import type { VipSighting } from '../evidence/sighting.ts';
import type { NodeName } from '../names.ts';
import type { HostFacts } from '../setup/facts.ts';
import type { ServerFacts } from './facts.ts';
import { missingRights } from './rights-held.ts';
import { type Here, type Rule, textOf } from './rule.ts';
import { accessRules } from './rules-access.ts';
import { channelRules } from './rules-channel.ts';
import { dataRules } from './rules-data.ts';
import { domainRules } from './rules-domains.ts';
import { type HostHere, hostRules } from './rules-host.ts';
import { logRules } from './rules-log.ts';
import { pairRules } from './rules-pair.ts';
import { serverRules } from './rules-server.ts';

/** A node that was examined, or why it was not. */
export type Examined =
  | { readonly kind: 'facts'; readonly facts: ServerFacts }
  | { readonly kind: 'unknown'; readonly because: string };

/** What the host of a node says, or why it was not heard. */
export type ExaminedHost =
  | { readonly kind: 'facts'; readonly facts: HostFacts }
  | { readonly kind: 'unknown'; readonly because: string };

export interface Examination {
  readonly pair: Pair;
  readonly nodes: Readonly<Record<NodeName, Examined>>;
  readonly vip: VipSighting;
  /** @default not asked */
  readonly hosts?: Readonly<Record<NodeName, ExaminedHost>>;
}

/** Every rule over what the servers say, in the order of the document. */
export const rules: readonly Rule[] = [
  ...logRules,
  ...channelRules,
  ...domainRules,
  ...serverRules,
  ...accessRules,
  ...dataRules,
  ...pairRules,
];

/** All that is wrong, most dangerous first. What could not be read is a finding too, and never an error. */
export function diagnose(seen: Examination): readonly Finding[] {
  const heres = seen.pair.nodes.flatMap((node) => hereOf(seen, node));
  const [first] = heres.length === 2 ? heres : [];
  const found = rules.flatMap((rule) =>
    rule.of === 'node' ? heres.flatMap((here) => apply(rule, here)) : first ? apply(rule, first) : [],
  );
  const onHosts = hostHeres(seen).flatMap((here) => hostRules.flatMap((rule) => apply(rule, here)));
  return byDanger([...found, ...onHosts, ...aboutVip(seen), ...aboutUnread(seen, heres)]);
}

function hereOf({ pair, nodes, vip, hosts }: Examination, node: Node): readonly Here[] {
  const peer = pair.nodes[0].name === node.name ? pair.nodes[1] : pair.nodes[0];
  const [mine, theirs, host] = [nodes[node.name], nodes[peer.name], hosts?.[node.name]];
  if (mine?.kind !== 'facts') return [];
  return [
    {
      pair,
      node,
      peer,
      facts: mine.facts,
      peerFacts: theirs?.kind === 'facts' ? theirs.facts : null,
      holder: holderOf(vip),
      places: host?.kind === 'facts' ? host.facts.places : [],
    },
  ];
}

/** The hosts that said what they are: of a server that is down too. */
function hostHeres({ pair, vip, hosts = {} }: Examination): readonly HostHere[] {
  return pair.nodes.flatMap((node) => {
    const host = hosts[node.name];
    return host?.kind === 'facts' ? [{ pair, node, holder: holderOf(vip), host: host.facts }] : [];
  });
}

function holderOf(vip: VipSighting): NodeName | null {
  return vip.kind === 'saw' && vip.place.kind === 'node' ? vip.place.node : null;
}

function apply<H extends Pick<Here, 'pair' | 'node'>>(rule: Rule<H>, here: H): readonly Finding[] {
  const got = rule.got(here);
  if (got === null) return [];
  const { id, severity, want, why, fix } = rule;
  const subject = rule.of === 'node' ? here.node.name : here.pair.name;
  return [{ id, severity, subject, got, why, want: textOf(want, here), fix: textOf(fix, here) }];
}

function aboutVip({ pair, vip }: Examination): readonly Finding[] {
  if (vip.kind === 'blind') return [unread('ec2', pair.name, vip.because)];
  return pair.nodes
    .filter(({ name }) => vip.room[name] === false && !isOn(vip, name))
    .map(({ name, eniId }) => ({
      id: 'no-room-for-vip',
      severity: 'danger',
      subject: name,
      got: `${eniId} has as many addresses as its instance type allows`,
      want: 'room for one more',
      why: 'EC2 refuses to put the VIP there, so this node cannot take over.',
      fix: `aws ec2 unassign-private-ip-addresses --network-interface-id ${eniId} --private-ip-addresses (one that is not needed), or a larger instance type`,
    }));
}

function isOn({ place }: Extract<VipSighting, { readonly kind: 'saw' }>, node: NodeName): boolean {
  return place.kind === 'node' && place.node === node;
}

function aboutUnread({ pair, nodes, hosts = {} }: Examination, heres: readonly Here[]): readonly Finding[] {
  const silent = pair.nodes.flatMap(({ name }): Finding[] => {
    const node = nodes[name];
    if (node?.kind === 'facts') return [];
    return [{ ...unread('node', name, node?.because ?? 'it was not asked'), severity: 'warning' }];
  });
  const parts = heres.flatMap(({ node, facts }) =>
    facts.unread
      .filter(({ because }) => !isForLackOfRights(facts, because))
      .map(({ what, because }) => unread('facts', node.name, `${what}: ${because}`)),
  );
  const unheard = Object.entries(hosts).flatMap(([name, host]) =>
    host.kind === 'unknown' ? [unread('host', name, host.because)] : [],
  );
  return [...silent, ...parts, ...unheard];
}

/** What a missing right refuses is told once, by the finding on the right. */
function isForLackOfRights(facts: ServerFacts, because: string): boolean {
  const { failover, reports } = missingRights(facts);
  return failover.length + reports.length > 0 && /denied/i.test(because);
}

function unread(what: 'ec2' | 'node' | 'host' | 'facts', subject: string, got: string): Finding {
  const id = { ec2: 'ec2-not-read', node: 'node-not-read', host: 'host-not-read', facts: 'not-read' }[what];
  return {
    id,
    severity: 'hint',
    subject,
    got,
    want: 'an answer',
    why: 'What was not read was not judged.',
    fix:
      what === 'host'
        ? 'see keepalambda check for its SSM agent, and run doctor again'
        : 'run doctor again; see keepalambda grants for the rights',
  };
}
