/**
 * Warms a probe up: carries the commands of a failover out on servers that are made up. Lambda gives a function the whole CPU
 * while it loads, and a seventh of it afterwards; code that runs for the first time in a failover takes several times longer.
 */
import { setFlagsFromString } from 'node:v8';
import type { StatusRow } from './columns.ts';
import type { MysqlLink } from './connection.ts';
import { type Dialect, dialectOf, NONE, pulseFields, SEPARATOR } from './dialect.ts';
import { Probe } from './probe.ts';
import { type ProbeResponse, probeRequestSchema } from './protocol.ts';
import type { Way } from './statement-session.ts';

/** The second round shows the engine which kinds of values the code works with. */
const TIMES = 2;

/** Versions of servers whose words differ. */
const versions = ['8.4.0', '10.11.6-MariaDB'] as const;
export type PlayedVersion = (typeof versions)[number];

const credentials = { user: 'keepalambda', password: 'made up' };
const node = { name: 'db2', address: '192.0.2.2' };
const peer = { address: '192.0.2.1', identity: null };
const common = { pair: 'made-up', port: 3306, credentials, limitMs: 2500, node };

/** In the order of a failover that begins with a planned closing. */
const commands = [
  { kind: 'inspect', ...common },
  { kind: 'close', ...common, kills: 'to-close', events: 'leave', peer },
  { kind: 'catch-up', ...common, upTo: null, peer },
  { kind: 'detach', ...common, peer, threads: 'receiver' },
  { kind: 'open', ...common, events: 'leave' },
] as const;

/** Never throws, and takes about a tenth of a second: a probe that is cold still works. */
export async function warmUpProbe(): Promise<void> {
  // The engine forgets code that is not used for a while, and a failover is rare.
  setFlagsFromString('--no-flush-bytecode');
  for (let time = 0; time < TIMES; time += 1) {
    await Promise.allSettled(versions.map(playCommands));
  }
}

/** Carries each command out on one such server, and gives back the answers. Opens no connection. */
export async function playCommands(version: PlayedVersion): Promise<readonly ProbeResponse[]> {
  const link = stageLink(dialectOf(version, ''), version);
  const probe = new Probe(Date.now, (endpoint): Way => {
    return { endpoint, connect: async () => ({ link, release: () => undefined, leave: () => undefined }) };
  });
  const answers: ProbeResponse[] = [];
  for (const command of commands) answers.push(await probe.answer(probeRequestSchema.parse(command)));
  return answers;
}

/** A server that is closed, opened and detached as it is told to be, and has a client to be killed. */
function stageLink(dialect: Dialect, version: string): MysqlLink {
  let closed = 0;
  let io = 'Yes';
  let clients = [7];
  const rowsOf = (sql: string): readonly StatusRow[] => {
    if (sql === dialect.pulse) return [{ p: pulseOf(dialect, version, closed) }];
    if (sql === dialect.replicaStatus) return [channelOf(dialect, io)];
    if (sql === dialect.binaryLogStatus) return [{ File: 'binlog.000001', Position: 157 }];
    if (sql.includes('NOW(3)) AS s')) return [{ s: [closed, '2026-01-01 00:00:00.000'].join(SEPARATOR) }];
    if (sql === 'SHOW FULL PROCESSLIST') return clients.map(processOf);
    if (sql.startsWith('KILL')) clients = [];
    if (sql.includes('IO_THREAD')) io = 'No';
    const order = /^SET GLOBAL (?:super_)?read_only = (\d)$/.exec(sql);
    if (order) closed = Number(order[1]);
    return [];
  };
  const query = async (sql: string): Promise<readonly StatusRow[]> => rowsOf(sql);
  return {
    dialect,
    id: 1,
    query,
    queryWithoutLimit: query,
    queryAgain: query,
    gone: new Promise(() => {}),
    isGone: () => false,
    destroy: () => undefined,
    quit: () => undefined,
  };
}

function pulseOf({ flavor, superReadOnly }: Dialect, version: string, closed: number): string {
  const values: Readonly<Record<(typeof pulseFields)[number], string | number>> = {
    identity: flavor === 'mariadb' ? 'server_id:2' : '00000000-0000-0000-0000-000000000002',
    version,
    read_only: closed,
    super_read_only: superReadOnly ? closed : NONE,
    gtid_mode: 'ON',
    executed: executedOf(flavor),
    applied: flavor === 'mariadb' ? executedOf(flavor) : NONE,
    workers: 0,
    max_connections: 151,
    log_bin: 1,
    offline_mode: 0,
    clock: '1767225600.000',
    server_id: 2,
  };
  return pulseFields.map((name) => values[name]).join(SEPARATOR);
}

function executedOf(flavor: Dialect['flavor']): string {
  return flavor === 'mariadb' ? '0-1-9' : '00000000-0000-0000-0000-000000000001:1-9';
}

function channelOf({ flavor }: Dialect, io: string): StatusRow {
  const shared = { SQL_Delay: 0, Last_IO_Errno: 0, Last_SQL_Errno: 0, Connect_Retry: 60 };
  const executed = executedOf(flavor);
  if (flavor === 'mariadb') {
    return {
      ...shared,
      Connection_name: '',
      Master_Host: peer.address,
      Master_User: 'replication',
      Slave_IO_Running: io,
      Slave_SQL_Running: 'Yes',
      Master_Server_Id: 1,
      Seconds_Behind_Master: 0,
      Master_Log_File: 'binlog.000001',
      Read_Master_Log_Pos: 157,
      Relay_Master_Log_File: 'binlog.000001',
      Exec_Master_Log_Pos: 157,
      Gtid_IO_Pos: executed,
      Gtid_Slave_Pos: executed,
    };
  }
  return {
    ...shared,
    Channel_Name: '',
    Source_Host: peer.address,
    Source_User: 'replication',
    Replica_IO_Running: io,
    Replica_SQL_Running: 'Yes',
    Seconds_Behind_Source: 0,
    Source_UUID: '00000000-0000-0000-0000-000000000001',
    Source_Log_File: 'binlog.000001',
    Read_Source_Log_Pos: 157,
    Relay_Source_Log_File: 'binlog.000001',
    Exec_Source_Log_Pos: 157,
    Retrieved_Gtid_Set: executed,
    Executed_Gtid_Set: executed,
  };
}

function processOf(id: number): StatusRow {
  return {
    Id: id,
    User: 'app',
    Host: '192.0.2.9:40000',
    db: 'app',
    Command: 'Sleep',
    Time: 0,
    State: '',
    Info: null,
  };
}
