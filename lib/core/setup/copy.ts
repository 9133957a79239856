/** A copy that an earlier run of setup began, as the facts of both hosts show it. */
import { atWorkText, type SeedServer } from '../hosts/seed.ts';
import type { NodeName } from '../names.ts';
import type { HostFacts } from './facts.ts';
import { kindOf } from './kind.ts';

/** The host that is copied to, and the one that is copied. */
export interface CopyHosts {
  readonly host: HostFacts;
  readonly peerHost: HostFacts;
}

/** What the ids of setup's own copies begin with: a copy of `rebuild` is for `rebuild` to finish. */
const PREFIX = 's-';

/** The id of the copy that an order begins. */
export function setupRun(order: string): string {
  return `${PREFIX}${order}`.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 64);
}

/** The id of a copy of setup that is not over; null where a new one is to be begun. */
export function runToGoOnWith({ host: { copy }, peerHost }: CopyHosts): string | null {
  if (!copy?.run.startsWith(PREFIX)) return null;
  return copy.phase !== 'copied' || peerHost.reader ? copy.run : null;
}

/** How far a copy of setup is that runs on this host; null where none does. */
export function copyAtWork(node: NodeName, { copy }: HostFacts): string | null {
  if (!copy?.run.startsWith(PREFIX) || copy.atWorkKb === null) return null;
  return atWorkText(node, copy.atWorkKb);
}

/** What tables it has are part of a copy: it replicates from nowhere, and the other node has the data. */
export function isHalfCopied({ host, peerHost }: CopyHosts): boolean {
  const isWhere = host.sources.length === 0 && peerHost.tables > 0;
  return isWhere && host.copy?.phase === 'copying' && runToGoOnWith({ host, peerHost }) !== null;
}

/** All data is there, and the account that read the other node is too. */
export function isCopyToFinish(hosts: CopyHosts): boolean {
  return hosts.host.copy?.phase === 'copied' && runToGoOnWith(hosts) !== null;
}

/** Its data came by a copy of setup, which is over or only to be tidied up. */
export function isCopiedBySetup({ copy }: HostFacts): boolean {
  return copy?.phase === 'copied' && copy.run.startsWith(PREFIX);
}

/** What the way of copying depends on. */
export function seedServerOf({ version, running }: HostFacts): SeedServer {
  const flavor = kindOf(version) === 'mariadb' ? 'mariadb' : 'mysql';
  return { flavor, version, areGtidsOn: flavor === 'mariadb' || running.get('gtid_mode') === 'ON' };
}
