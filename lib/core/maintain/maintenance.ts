/** A maintenance of both servers, as it is remembered: which node is out, and which are done. */
import type { NodeName } from '../names.ts';

/** What is done on each node: its server restarted, its host rebooted, or a document of the team's own that the configuration names. */
export const maintenanceWorks = ['restart', 'reboot', 'command'] as const;
export type MaintenanceWork = (typeof maintenanceWorks)[number];

export interface Maintenance {
  /** The id of the order that began it: one that was broken off goes on under the same. */
  readonly id: string;
  readonly work: MaintenanceWork;
  /** Of `command`: its name in the configuration. */
  readonly command: string | null;
  readonly by: string;
  readonly why: string;
  readonly startedAtMs: number;
  /** The nodes in the order of the work: the standby first. */
  readonly nodes: readonly NodeName[];
  /** Those that are changed. */
  readonly changed: readonly NodeName[];
  /** Those that have caught up since, were examined, and stand by again. */
  readonly done: readonly NodeName[];
  /** The node that is out now: that it is down or behind raises no alert and no plan until then. */
  readonly out: OutNode | null;
  /** What doctor had found before, as `db1 errors-skipped`: only what is new since stops the work. */
  readonly known: readonly string[];
  /** Why the order stopped, where it has not gone on since. Records of before have none. */
  readonly stopped?: string | null;
}

export interface OutNode {
  readonly node: NodeName;
  /** Which start of its server, or boot of its host, is to be ended, in the host's own words: a second delivery finds another one. */
  readonly was: string;
  readonly untilMs: number;
}

/** For how long a node may be out before it counts as any other again. Milliseconds. */
export const OUT_LIMIT_MS = 30 * 60_000;

/** One step of a maintenance, as the leader remembers it. */
export type MaintenanceNote =
  | {
      readonly kind: 'begin';
      readonly work: MaintenanceWork;
      readonly command: string | null;
      readonly nodes: readonly NodeName[];
      readonly known: readonly string[];
    }
  /** The node is out from now on. */
  | { readonly kind: 'take'; readonly node: NodeName; readonly was: string }
  | { readonly kind: 'changed'; readonly node: NodeName }
  /** The node stands by again. */
  | { readonly kind: 'return'; readonly node: NodeName }
  /** The order stopped before its end. It can be given again. */
  | { readonly kind: 'stopped'; readonly because: string }
  /** It is over, or a person stops it before its next step. */
  | { readonly kind: 'end' };

/** Whether this node is out for a maintenance now. */
export function isOut(
  { maintenance }: { readonly maintenance: Maintenance | null },
  node: NodeName,
  nowMs: number,
): boolean {
  const out = maintenance?.out;
  return out?.node === node && nowMs < out.untilMs;
}

/** `restart`, `reboot`, or `command upgrade`. */
export function workText({ work, command }: Pick<Maintenance, 'work' | 'command'>): string {
  return command === null ? work : `${work} ${command}`;
}
