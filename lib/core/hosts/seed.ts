/** Making one node anew from the other's data: how far it has got, and what is next. `setup` and `rebuild` have these goals. */
import type { Refusal } from '../fault.ts';
import type { NodeName } from '../names.ts';
import { escaped } from '../one-line.ts';
import type { Goal } from './host-work.ts';

/** How the data gets there: MySQL's clone plugin, or a dump by the server's own tool. */
export type SeedMethod = 'clone' | 'dump';

/** How far a copy has got on the host of the node that is made anew. */
export interface SeedFacts {
  readonly phase: 'none' | 'prepared' | 'copying' | 'copied';
  /** Where its binary logs of before are kept; null before that. */
  readonly kept: string | null;
  /** By which the account that reads the other node is made; null before they are known, and after the copy. */
  readonly plugin: string | null;
  readonly hash: string | null;
  /** MariaDB: the place of the copy. */
  readonly position: string | null;
  /** While it is at work: how much the node has so far, in KB. */
  readonly atWorkKb: number | null;
  /** Why the last try failed. */
  readonly because: string | null;
  /** Whether the node that is copied has the account that reads it. */
  readonly door: 'open' | 'closed' | 'unknown';
  /** MariaDB: whether the other node's channel knows the place of the copy. `none`: not needed. */
  readonly place: 'known' | 'unknown' | 'none';
}

/** Who is copied, and to whom. */
export interface Seeding {
  readonly from: NodeName;
  readonly to: NodeName;
  readonly method: SeedMethod;
  /** The copy's own id. */
  readonly run: string;
}

/** Printed by the documents on the hosts, as `name=value` lines → facts. */
export function parseSeedFacts(printed: string): SeedFacts {
  const values = new Map(
    printed.split('\n').map((line) => {
      const [name = '', ...rest] = line.split('=');
      return [name.trim(), escaped(rest.join('=').trim())] as const;
    }),
  );
  const read = (name: string) => values.get(name) || null;
  const phase = (['prepared', 'copying', 'copied'] as const).find((one) => one === read('phase')) ?? 'none';
  return {
    phase,
    kept: read('kept'),
    plugin: read('plugin'),
    hash: read('hash'),
    position: read('position'),
    because: read('because'),
    atWorkKb: phase === 'copying' ? Number(read('at-work')) || 0 : null,
    door: 'unknown',
    place: 'none',
  };
}

/** How far a copy is that runs on its host; the next look may come after its end. */
export function atWorkText(node: NodeName, kilobytes: number): string {
  return `the copy is at work, ${Math.round(kilobytes / 1024).toLocaleString('en')} MB are on ${node} so far`;
}

/** What a server is, as far as the way of copying depends on it. */
export interface SeedServer {
  readonly flavor: 'mysql' | 'mariadb';
  readonly version: string;
  readonly areGtidsOn: boolean;
}

/** The way of copying, or why there is none. A clone that failed once is followed by a dump. */
export function seedMethodOf(
  from: SeedServer,
  to: SeedServer,
  because: string | null = null,
): SeedMethod | Refusal {
  const series = ({ flavor, version }: SeedServer) =>
    `${flavor} ${/^\d+\.\d+/.exec(version)?.[0] ?? version}`;
  if (series(from) !== series(to))
    return {
      got: `${series(from)} to be copied to ${series(to)}`,
      want: 'the same series on both nodes',
      remedy: 'install the same version, and give the order again',
    };
  if (!from.areGtidsOn)
    return {
      got: 'a MySQL pair without GTIDs',
      want: 'gtid_mode = ON on both nodes, so that it is certain where replication goes on after the copy',
      remedy:
        'turn GTIDs on (doctor says how: gtid-off), or copy the data by hand and give both channels their places: docs/hosts.md, "A copy without GTIDs"',
    };
  const canClone =
    from.flavor === 'mysql' && isAtLeast(from.version, [8, 0, 17]) && from.version === to.version;
  return canClone && !because?.startsWith('the clone') ? 'clone' : 'dump';
}

function isAtLeast(version: string, than: readonly [number, number, number]): boolean {
  const numbers = version.split(/[.-]/).map(Number);
  for (const [index, bound] of than.entries()) {
    const difference = (numbers[index] ?? 0) - bound;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** Every end state of a copy, in the order of the work. Facts are null before the node has been asked. */
export function seedGoals({ from, to, method }: Seeding, facts: SeedFacts | null): readonly Goal[] {
  const atWorkKb = facts?.atWorkKb ?? null;
  const isCopied = facts?.phase === 'copied';
  const isPrepared = isCopied || (facts?.kept !== null && facts?.hash !== null && facts !== null);
  const met = (is: boolean): Goal['state'] => (is ? 'met' : facts === null ? 'unknown' : 'open');
  const kept = facts?.kept ? `in ${facts.kept}` : 'in a directory of its host';
  return [
    {
      name: 'own-history-kept',
      node: to,
      state: met(isPrepared),
      does: `copies the binary logs of ${to} aside, ${kept}`,
    },
    {
      name: 'reader-account',
      node: from,
      state: met(isCopied || facts?.door === 'open'),
      does: `makes an account on ${from} that may read all of it until the copy has ended`,
    },
    {
      name: 'data-copied',
      node: to,
      state: met(isCopied),
      ...(atWorkKb === null ? {} : { atWork: atWorkText(to, atWorkKb) }),
      does:
        method === 'clone'
          ? `replaces the data of ${to} by that of ${from}, with MySQL's clone plugin`
          : `replaces the data of ${to} by that of ${from}, with a dump`,
    },
    {
      name: 'channel-place',
      node: from,
      state: met(isCopied && facts?.place !== 'unknown'),
      does: `gives the channel from ${to} the place of the copy, where it needs it (MariaDB)`,
    },
    // Last of all: while it is there, the copy is not over.
    {
      name: 'reader-account-dropped',
      node: from,
      state: met(isCopied && facts?.door === 'closed'),
      does: `drops that account on ${from}`,
    },
  ];
}
