/** What the hosts of a pair say of themselves (the document `host-facts`), as setup reads it. */
import type { NodeName } from '../names.ts';

export interface HostFacts {
  /** `denied`: root is not let in. `unreached`: it runs, and root cannot ask it. `no-client`: there is no client program to ask with. */
  readonly server: 'up' | 'down' | 'unreached' | 'denied' | 'no-client';
  /** Why it is not `up`. */
  readonly because: string;
  readonly version: string;
  /** Variables by name. */
  readonly running: ReadonlyMap<string, string>;
  readonly dataDirectory: string;
  /** The directory that the server reads configuration files from; empty where there is none. */
  readonly includeDirectory: string;
  /** The lines of our own file; empty where there is none. */
  readonly configuration: readonly string[];
  /** Our account by its use, as the first 16 characters of the SHA-256 of what the server keeps of its password; empty: none. */
  readonly monitor: string;
  readonly replication: string;
  /** How many accounts name a host. */
  readonly namedHosts: number;
  /** How many tables there are that are not the server's or ours. */
  readonly tables: number;
  /** Whether `keepalambda.heartbeat` is there. */
  readonly heartbeat: boolean;
  /** The addresses that its channels follow. */
  readonly sources: readonly string[];
  /** GTIDs of all that it has executed. */
  readonly executed: string;
  /** The last copy that was begun onto this host; null: none. */
  readonly copy: HostCopy | null;
  /** Whether there is the account that a copy reads this server with. */
  readonly reader: boolean;
  /** Whether the address of the VIP is on an interface, and whether it is after a reboot. */
  readonly vipBound: boolean;
  readonly vipLasts: boolean;
  /** Whether our unit binds it. */
  readonly vipUnit: boolean;
}

/** A copy as its host notes it. From `copying` on, nothing is left of the data that the server had before. */
export interface HostCopy {
  readonly run: string;
  readonly phase: 'begun' | 'copying' | 'copied';
  /** While it is at work: how much its server has so far, in KB. */
  readonly atWorkKb: number | null;
}

/** One of our two accounts, as far as a server may know it: what it keeps of the password. */
export interface AccountKey {
  readonly user: string;
  /** In hexadecimal digits: of `mysql_native_password`, without its asterisk. */
  readonly native: string;
  /** In hexadecimal digits: of `caching_sha2_password`. */
  readonly sha2: string;
  /** The first 16 characters of the SHA-256 of each, as the server has it. */
  readonly nativeMark: string;
  readonly sha2Mark: string;
}

/** The pair's accounts in the parameter store; null where there is none yet. */
export interface AccountKeys {
  readonly monitor: AccountKey | null;
  readonly replication: AccountKey | null;
}

export interface SetupFacts {
  readonly hosts: Readonly<Record<NodeName, HostFacts>>;
  readonly accounts: AccountKeys;
  /** Where the VIP is: a node, `nowhere`, or why that is not known. */
  readonly vip: { readonly at: NodeName | null } | { readonly unknown: string };
  /** The checks that this run has passed. */
  readonly passed: ReadonlySet<string>;
}

const states = ['up', 'down', 'unreached', 'denied', 'no-client'] as const;

/** The printed lines of `name=value` → facts. What the document did not print is empty. */
export function parseHostFacts(printed: string): HostFacts {
  const pairs = printed.split('\n').flatMap((line): [string, string][] => {
    const at = line.indexOf('=');
    return at < 1 ? [] : [[line.slice(0, at), line.slice(at + 1).trim()]];
  });
  const values = new Map(pairs);
  const text = (name: string) => values.get(name) ?? '';
  const under = (prefix: string) =>
    pairs.flatMap(([name, value]): [string, string][] =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    );
  return {
    server: states.find((state) => state === text('server')) ?? 'down',
    because: text('because'),
    version: text('version'),
    running: new Map(under('running.')),
    dataDirectory: text('datadir'),
    includeDirectory: text('includedir'),
    configuration: pairs.flatMap(([name, value]) => (name === 'file' ? [value] : [])),
    monitor: text('monitor'),
    replication: text('replication'),
    namedHosts: Number(text('named-hosts')) || 0,
    tables: Number(text('tables')) || 0,
    heartbeat: text('heartbeat') === '1',
    sources: pairs.flatMap(([name, value]) => (name === 'source' ? [value] : [])),
    // A list that was cut off says nothing of what it lacks.
    executed: text('end') === 'yes' ? text('executed') : '',
    copy: copyOf(text('copy-run'), text('copy-phase'), text('copy-at-work')),
    reader: text('reader') === '1',
    vipBound: text('vip-bound') === 'yes',
    vipLasts: text('vip-lasts') === 'yes',
    vipUnit: text('vip-unit') === 'yes',
  };
}

function copyOf(run: string, phase: string, atWork: string): HostCopy | null {
  if (run === '') return null;
  const atWorkKb = atWork === '' ? null : Number(atWork) || 0;
  return { run, phase: phase === 'copying' || phase === 'copied' ? phase : 'begun', atWorkKb };
}
