/** What a pair is when it is set up, in the order of the work. */
import type { Node, Pair } from '../config/config.ts';
import { peerOf } from '../config/config.ts';
import type { Refusal } from '../fault.ts';
import type { Goal } from '../hosts/host-work.ts';
import type { NodeName } from '../names.ts';
import type { GrantServer } from '../operator/rights.ts';
import { type AccountUse, hasAllRights } from './account-statements.ts';
import { contradicts, type Difference, differences, renderConfiguration } from './configuration.ts';
import { isHalfCopied } from './copy.ts';
import { dataGoals } from './data-goals.ts';
import {
  type AccountKey,
  COMMAND_LINE,
  type HostFacts,
  type LaterSetting,
  type SetupFacts,
} from './facts.ts';
import { kindOf } from './kind.ts';
import { serverGoal } from './server-goal.ts';
import { valuesFor } from './values.ts';

/** What a person said beside the pair. */
export interface SetupWishes {
  readonly from?: NodeName | undefined;
  readonly restartHolder: boolean;
}

/** What goals of a node are made from. */
export interface NodeView {
  readonly node: Node;
  readonly peer: Node;
  readonly host: HostFacts;
  readonly peerHost: HostFacts;
  readonly kind: GrantServer;
}

/** Every goal of setup, as the facts show it. */
export function setupGoals(
  pair: Pair,
  facts: SetupFacts,
  wishes: SetupWishes,
  seeds: boolean,
): readonly Goal[] {
  const servers = pair.nodes.map((node) => serverGoal(node, hostOf(facts, node), pair.port));
  // What a server that does not answer lacks is not known.
  if (servers.some(({ state }) => state !== 'met')) return servers;
  const views = pair.nodes.map((node) => viewOf(pair, node, facts));
  const each = (make: (view: NodeView) => Goal) => views.map(make);
  const holder = holderOf(pair, facts, wishes);
  return [
    ...servers,
    ...each((view) => fileGoal(pair, view)),
    ...each((view) => runningGoal(pair, view, facts, wishes)),
    storeGoal(facts),
    ...each((view) => accountGoal('monitor', view, facts)),
    ...each((view) => accountGoal('replication', view, facts)),
    ...dataGoals(pair, views, wishes, seeds),
    ...(pair.hostAddress === 'prebound' ? each((view) => addressGoal(pair, view)) : []),
    ...(pair.writability === 'managed' ? [openGoal(facts, holder)] : []),
    attachGoal(pair, facts, holder),
    {
      name: 'doctor',
      node: null,
      isCheck: true,
      state: facts.passed.has('doctor') ? 'met' : 'open',
      does: 'Sees that doctor finds nothing worse than a hint.',
    },
    {
      name: 'proof',
      node: null,
      isCheck: true,
      state: facts.passed.has('proof') ? 'met' : 'open',
      does: 'Makes a database on each side, sees it on the other, drops it, and asks who answers at the VIP.',
    },
  ];
}

/** What the host of this node says of itself. */
export function hostOf({ hosts }: SetupFacts, { name }: Node): HostFacts {
  const host = hosts[name];
  if (!host) throw new Error(`no facts of ${name}`);
  return host;
}

function viewOf(pair: Pair, node: Node, facts: SetupFacts): NodeView {
  const [peer, host] = [peerOf(pair, node.name), hostOf(facts, node)];
  const kind = kindOf(host.version);
  if (kind === null) throw new Error(`${node.name} has version ${host.version}, which was refused before`);
  return { node, peer, host, peerHost: hostOf(facts, peer), kind };
}

/** Who has the VIP, or is to get it: whose data counts, else who is preferred. */
export function holderOf(pair: Pair, { vip }: Pick<SetupFacts, 'vip'>, { from }: SetupWishes): NodeName {
  const at = 'at' in vip ? vip.at : null;
  return at ?? from ?? pair.prefer ?? pair.nodes[0].name;
}

/** How the server runs otherwise than its file is to say. */
export function differencesOf(pair: Pair, { node, host, peerHost, kind }: NodeView): readonly Difference[] {
  return differences(kind, valuesFor(pair, node, host, peerHost), host.running);
}

function fileGoal(pair: Pair, view: NodeView): Goal {
  const { node, host, peerHost, kind } = view;
  const values = valuesFor(pair, node, host, peerHost);
  const wanted = renderConfiguration(kind, values);
  const isWritten = wanted.join('\n') === host.configuration.join('\n');
  const isAtOnce = differencesOf(pair, view).some(({ takesRestart }) => !takesRestart);
  const noDirectory = {
    got: 'no !includedir in any file that the server reads',
    want: 'a directory for a file of our own: the rest of my.cnf is not touched',
    remedy: 'add the line "!includedir /etc/my.cnf.d" at the end of /etc/my.cnf, and make the directory',
  };
  const where = host.includeDirectory
    ? `${host.includeDirectory} (included by ${host.includedBy})`
    : 'the directory that the server reads';
  const stronger = host.later.find(({ text }) => contradicts(kind, values, text));
  const refusal =
    host.sharing !== ''
      ? shared(host)
      : host.includeDirectory === ''
        ? noDirectory
        : stronger
          ? setLater(host, stronger)
          : null;
  return {
    name: 'configuration-file',
    node: node.name,
    does: `Writes zz-keepalambda.cnf into ${where}, and sets at once what can be.`,
    state: refusal ?? (isWritten && !isAtOnce ? 'met' : 'open'),
  };
}

/** What we write would count for another server too, at its next restart. */
function shared({ unit, sharing }: HostFacts): Refusal {
  return {
    got: `${sharing}, which reads the same configuration files as ${unit}`,
    want: 'files of its own for the server of the pair',
    remedy: 'start one of them with --defaults-file; then give the same order again',
  };
}

/** No restart would make our file count. */
function setLater(host: HostFacts, { where, text }: LaterSetting): Refusal {
  return {
    got: `${text} in ${where}, which the server reads after zz-keepalambda.cnf`,
    want: 'our file to be the last that sets what it sets',
    remedy: `${notLater(host, where, text)}; then give the same order again`,
  };
}

function notLater({ includeDirectory, includedBy, unit }: HostFacts, where: string, text: string): string {
  switch (where) {
    case 'mysqld-auto.cnf':
      return `RESET PERSIST ${text.split('=')[0]}; on this server`;
    case COMMAND_LINE:
      return `take it out of ${unit}.service, or of its environment (systemctl cat ${unit}), and restart the server`;
    default:
      return `take that line out, or move "!includedir ${includeDirectory}" to the end of ${includedBy}`;
  }
}

function runningGoal(pair: Pair, view: NodeView, { vip }: SetupFacts, { restartHolder }: SetupWishes): Goal {
  const { name } = view.node;
  const needed = differencesOf(pair, view).filter(({ takesRestart }) => takesRestart);
  const texts = needed.map(({ variable, got, want }) => `${variable} ${got}, not ${want}`).join('; ');
  const isHolder = 'at' in vip && vip.at === name;
  const holderStays = {
    got: `${name} has the VIP and runs with ${texts}`,
    want: 'no restart of the node that serves',
    remedy: `keepalambda switchover ${pair.name} --from ${name} first, or give --restart-holder`,
  };
  return {
    name: 'configuration',
    node: name,
    does:
      needed.length === 0 ? 'Restarts the server where that is needed.' : `Restarts the server: ${texts}.`,
    state: needed.length === 0 ? 'met' : isHolder && !restartHolder ? holderStays : 'open',
  };
}

function storeGoal({ accounts }: SetupFacts): Goal {
  return {
    name: 'passwords',
    node: null,
    does: 'Makes the passwords of both accounts and puts them into the parameter store.',
    state: accounts.monitor && accounts.replication ? 'met' : 'open',
  };
}

const accountDoes: Readonly<Record<AccountUse, string>> = {
  monitor:
    'Makes the account that keepalambda logs in with, with the rights that it uses, and its heartbeat table.',
  replication: 'Makes the account that the other node replicates with.',
};

function accountGoal(use: AccountUse, view: NodeView, { accounts }: SetupFacts): Goal {
  const key = accounts[use];
  // While a copy is at work, or was broken off, accounts come with the data.
  const isMade = (wanted: AccountKey) => isAsMade(use, view, wanted) || isHalfCopied(view);
  return {
    name: `${use}-account`,
    node: view.node.name,
    does: accountDoes[use],
    state: key === null ? 'unknown' : isMade(key) ? 'met' : 'open',
  };
}

/** Whether it keeps of the password what it must, and the account has all that it is made with. */
function isAsMade(use: AccountUse, { host, kind }: NodeView, key: AccountKey): boolean {
  const { mark, grants } = host[use];
  const wanted = kind === 'mysql-8' ? key.sha2Mark : key.nativeMark;
  const hasTable = use === 'replication' || host.heartbeat;
  return mark === wanted && hasTable && hasAllRights(kind, use, grants);
}

function addressGoal({ vip }: Pair, { node, host }: NodeView): Goal {
  return {
    name: 'vip-bound',
    node: node.name,
    does: `Binds ${vip} to an interface of its own, now and at every boot.`,
    state: host.vipBound && host.vipLasts ? 'met' : 'open',
  };
}

function openGoal({ hosts }: SetupFacts, holder: NodeName): Goal {
  const readOnly = hosts[holder]?.running.get('read_only') ?? '';
  return {
    name: 'open',
    node: holder,
    does: 'Lets the holder take writes.',
    state: ['OFF', '0'].includes(readOnly) ? 'met' : 'open',
  };
}

function attachGoal(pair: Pair, { vip }: SetupFacts, holder: NodeName): Goal {
  const state = 'unknown' in vip ? 'unknown' : vip.at === null ? 'open' : 'met';
  return {
    name: 'vip-attached',
    node: holder,
    state,
    does: `Has EC2 assign ${pair.vip} to ${holder}.`,
  };
}
