/** What the hosts of a pair say of themselves (the document `host-facts`), as setup reads it. */
import type { Refusal } from '../fault.ts';
import type { NodeName } from '../names.ts';

export interface HostFacts {
  /** `denied`: root is not let in. `unreached`: it runs, and root cannot ask it. `no-client`: there is no client program to ask with. */
  readonly server: 'up' | 'down' | 'unreached' | 'denied' | 'no-client';
  /** Why it is not `up`. */
  readonly because: string;
  /** The service that runs it, or would start it; empty with `noUnit`. */
  readonly unit: string;
  /** Why that is not known for certain: nothing on the host is started or written then. */
  readonly noUnit: Refusal | null;
  readonly version: string;
  /** Variables by name. */
  readonly running: ReadonlyMap<string, string>;
  readonly dataDirectory: string;
  /** The directory that the server reads configuration files from; empty where there is none. */
  readonly includeDirectory: string;
  /** The file that includes it. */
  readonly includedBy: string;
  /** The units of other servers of the host that read the same files; empty: none. */
  readonly sharing: string;
  /** What is set after our file is read, of the options that it sets: it counts. */
  readonly later: readonly LaterSetting[];
  /** Where the options are set that doctor judges, in the order in which the server reads them: the last one counts. */
  readonly places: readonly LaterSetting[];
  /** The lines of our own file; empty where there is none. */
  readonly configuration: readonly string[];
  /** Our account of each use. */
  readonly monitor: HostAccount;
  readonly replication: HostAccount;
  /** How many accounts name a host. */
  readonly namedHosts: number;
  /** How many tables there are that are not the server's or ours. */
  readonly tables: number;
  /** Whether `keepalambda.heartbeat` is there. */
  readonly heartbeat: boolean;
  /** Whether its schema is there, with the table or without. */
  readonly schema: boolean;
  /** The addresses that its channels follow. */
  readonly sources: readonly string[];
  /** GTIDs of all that it has executed. */
  readonly executed: string;
  /** The port that it listens at; 0 where that is not known. */
  readonly port: number;
  /** Null where it was not asked for, or could not be told in time. */
  readonly disk: HostDisk | null;
  /** The last copy that was begun onto this host; null: none. */
  readonly copy: HostCopy | null;
  /** Whether there is the account that a copy reads this server with. */
  readonly reader: boolean;
  /** Where its data and logs are, each file system once; empty while the server is down. */
  readonly volumes: readonly Volume[];
  /** One that runs, or starts with the host, and has the VIP in its configuration; null: none. */
  readonly keepalived: Keepalived | null;
  /** Whether the address of the VIP is on an interface, and whether it is after a reboot. */
  readonly vipBound: boolean;
  readonly vipLasts: boolean;
  /** Whether our unit binds it. */
  readonly vipUnit: boolean;
}

/** An account as the server has it. */
export interface HostAccount {
  /** The first 16 characters of the SHA-256 of what the server keeps of its password; empty: there is no such account. */
  readonly mark: string;
  /** What it is granted, as `SHOW GRANTS` says it, without what is behind `TO`. */
  readonly grants: readonly string[];
}

/** Where an option is that the unit gives the server, beside all files. */
export const COMMAND_LINE = 'the command line of the server';

/** A line of another file, a variable that the server keeps by itself (`mysqld-auto.cnf`), or an option of its command line. */
export interface LaterSetting {
  readonly where: string;
  /** As it is written: `server_id = 5`, `skip-log-bin`. */
  readonly text: string;
}

/** A mounted file system. */
export interface Volume {
  readonly path: string;
  readonly freeKb: number;
  readonly totalKb: number;
}

export interface Keepalived {
  readonly state: 'running' | 'enabled';
  /** The file of its configuration that has the VIP; empty where it runs and its configuration was not found. */
  readonly file: string;
}

/** What a copy depends on, in KB. */
export interface HostDisk {
  /** What a copy of this server takes. */
  readonly dataKb: number;
  /** What a copy to this server may take: what it removes before counts. */
  readonly roomKb: number;
  /** Its binary logs, which are kept before a copy, and the room for that. */
  readonly logsKb: number;
  readonly keptKb: number;
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

/**
 * Whether the printed lines are all there, up to the GTIDs at their end. SSM gives back 24,000 characters, or none: what is
 * not there must not pass for a server that is down, or that has no tables.
 */
export function isWholeAnswer(printed: string): boolean {
  return /^reader=/m.test(printed) || /^server=(?!up$)/m.test(printed);
}

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
  const all = (name: string) => pairs.flatMap(([key, value]) => (key === name ? [value] : []));
  const account = (use: string): HostAccount => ({ mark: text(use), grants: all(`${use}-grant`) });
  return {
    server: states.find((state) => state === text('server')) ?? 'down',
    because: text('because'),
    unit: text('unit'),
    noUnit: noUnitOf(text('unit-got'), text('unit-want'), text('unit-fix')),
    version: text('version'),
    running: new Map(under('running.')),
    dataDirectory: text('datadir'),
    includeDirectory: text('includedir'),
    includedBy: text('includedby'),
    sharing: text('sharing'),
    later: all('later').flatMap(laterSetting),
    places: all('place').flatMap(laterSetting),
    configuration: all('file'),
    monitor: account('monitor'),
    replication: account('replication'),
    namedHosts: Number(text('named-hosts')) || 0,
    tables: Number(text('tables')) || 0,
    heartbeat: text('heartbeat') === '1',
    schema: text('schema') === '1',
    sources: all('source'),
    // A list that was cut off says nothing of what it lacks.
    executed: text('end') === 'yes' ? text('executed') : '',
    port: Number(text('port')) || 0,
    disk: diskOf(text('data-kb'), text('room-kb'), text('logs-kb'), text('kept-kb')),
    copy: copyOf(text('copy-run'), text('copy-phase'), text('copy-at-work')),
    reader: text('reader') === '1',
    volumes: all('volume').flatMap(volume),
    keepalived: keepalivedOf(text('keepalived'), text('keepalived-file')),
    vipBound: text('vip-bound') === 'yes',
    vipLasts: text('vip-lasts') === 'yes',
    vipUnit: text('vip-unit') === 'yes',
  };
}

function noUnitOf(got: string, want: string, fix: string): Refusal | null {
  return got === '' ? null : { got, want, remedy: `${fix}; then give the same order again` };
}

function diskOf(
  ...printed: readonly [data: string, room: string, logs: string, kept: string]
): HostDisk | null {
  if (printed.includes('')) return null;
  const [dataKb = 0, roomKb = 0, logsKb = 0, keptKb = 0] = printed.map(Number);
  return { dataKb, roomKb, logsKb, keptKb };
}

/** `free total path`, as df says it. */
function volume(value: string): readonly Volume[] {
  const [, free, total, path = ''] = /^(\d+) (\d+) (.+)$/.exec(value) ?? [];
  return path === '' ? [] : [{ path, freeKb: Number(free), totalKb: Number(total) }];
}

function keepalivedOf(state: string, file: string): Keepalived | null {
  return state === 'running' || state === 'enabled' ? { state, file } : null;
}

function laterSetting(value: string): readonly LaterSetting[] {
  const at = value.lastIndexOf(':', value.search(/=|$/));
  return at < 1 ? [] : [{ where: value.slice(0, at), text: value.slice(at + 1).trim() }];
}

function copyOf(run: string, phase: string, atWork: string): HostCopy | null {
  if (run === '') return null;
  const atWorkKb = atWork === '' ? null : Number(atWork) || 0;
  return { run, phase: phase === 'copying' || phase === 'copied' ? phase : 'begun', atWorkKb };
}
