/** What a host says beside its server: whether it accepts the VIP, what else may take it away, and its room on disk. */
import type { Node, Pair } from '../config/config.ts';
import type { NodeName } from '../names.ts';
import type { HostFacts, Keepalived, Volume } from '../setup/facts.ts';
import { inMb } from '../setup/room.ts';
import type { Rule } from './rule.ts';

/** A host as a rule sees it. Its server may be down. */
export interface HostHere {
  readonly pair: Pair;
  readonly node: Node;
  /** Null where EC2 does not say. */
  readonly holder: NodeName | null;
  readonly host: HostFacts;
}

/** A volume with less than this share free has little room, unless it has this much, in KB: a tenth of a large one lasts for long. */
const FREE_SHARE_MIN = 0.1;
const FREE_ENOUGH_KB = 20 * 1024 * 1024;

export const hostRules: readonly Rule<HostHere>[] = [
  {
    id: 'keepalived-running',
    severity: 'danger',
    of: 'node',
    when: 'a keepalived that runs, or starts with the host, has the VIP in its configuration, unless `repair` names it',
    got: ({ host: { keepalived }, pair }) =>
      keepalived === null || pair.repair.includes('keepalived') ? null : inWords(keepalived),
    want: ({ pair }) => `no keepalived that has ${pair.vip}`,
    why: 'In a VPC it sees no other node: it binds the VIP or takes it off by itself, and its scripts may stop a healthy server.',
    fix: ({ node }) => `on ${node.name}: systemctl disable --now keepalived`,
  },
  {
    id: 'vip-not-bound',
    severity: 'danger',
    of: 'node',
    when: 'no interface of the host has the VIP (with `hostAddress` `ssm`: of the holder alone)',
    got: ({ host, pair, node, holder }) =>
      !host.vipBound && (pair.hostAddress === 'prebound' || holder === node.name)
        ? `${pair.vip} is on no interface`
        : null,
    want: ({ pair }) => `${pair.vip}/32 on an interface of the host`,
    why: 'EC2 sends packets for the VIP here after a move, and the host drops them: no client gets in.',
    fix: ({ pair, node }) =>
      pair.hostAddress === 'prebound'
        ? `keepalambda setup ${pair.name}`
        : `on ${node.name}: ip address add ${pair.vip}/32 dev (the interface of its ENI)`,
  },
  {
    id: 'vip-lost-at-reboot',
    severity: 'warning',
    of: 'node',
    when: 'the VIP is bound, and nothing that is known binds it at boot (with `hostAddress` `prebound`)',
    got: ({ host, pair }) =>
      host.vipBound && !host.vipLasts && pair.hostAddress === 'prebound'
        ? `${pair.vip} is bound, and nothing in /etc binds it at boot`
        : null,
    want: 'a unit, or a file of the network manager, that binds it at every boot',
    why: 'After the next reboot this node cannot take over: clients would not get in.',
    fix: ({ pair }) => `keepalambda setup ${pair.name}`,
  },
  {
    id: 'disk-nearly-full',
    severity: 'warning',
    of: 'node',
    when: `a volume with data or logs of the server has less than ${FREE_SHARE_MIN * 100} % and less than ${FREE_ENOUGH_KB / 1024 / 1024} GB free`,
    got: ({ host }) => host.volumes.filter(isNearlyFull).map(roomIn).join(', ') || null,
    want: `${FREE_SHARE_MIN * 100} % free, or ${FREE_ENOUGH_KB / 1024 / 1024} GB`,
    why: 'A server with a full disk hangs in every write, and its standby with it: both get the same rows.',
    fix: ({ node }) =>
      `on ${node.name}: a larger volume (aws ec2 modify-volume, then grow the file system), or PURGE BINARY LOGS up to what the other node has read`,
  },
];

function inWords({ state, file }: Keepalived): string {
  const has = file === '' ? 'its configuration was not found' : `${file} has the VIP`;
  return `${state === 'running' ? 'it runs' : 'it starts with the host'}, and ${has}`;
}

function isNearlyFull({ freeKb, totalKb }: Volume): boolean {
  return freeKb < totalKb * FREE_SHARE_MIN && freeKb < FREE_ENOUGH_KB;
}

function roomIn({ path, freeKb, totalKb }: Volume): string {
  return `${inMb(freeKb)} of ${inMb(totalKb)} free at ${path}`;
}
