/**
 * What a simulated node says to each statement of the probe: MySQL 8.4 with GTIDs, in all the columns that the
 * real one sends, because a client pays for each of them. A statement that is not known here is an error that
 * names it, so that a probe that learns to ask more is noticed.
 */
import type { NodePair, NodePlace } from './node-pair.ts';

export type Value = string | number | null;

export type NodeAnswer =
  | { readonly kind: 'done' }
  | {
      readonly kind: 'rows';
      readonly columns: readonly string[];
      readonly rows: readonly (readonly Value[])[];
    }
  | { readonly kind: 'error'; readonly errno: number; readonly message: string };

interface Asked {
  readonly pair: NodePair;
  readonly place: NodePlace;
  readonly nowMs: number;
  readonly sql: string;
}

interface Word {
  readonly matches: RegExp;
  readonly answer: (asked: Asked) => NodeAnswer;
}

const version = '8.4.6';
/** The two with which a look begins: all, or what changes by itself. */
export const isPulse = /^SELECT CONCAT_WS\('\|',@@server_uuid,/;
export const isBeat = /^SELECT CONCAT_WS\('\|',@@read_only,/;

/** First match wins. */
const words: readonly Word[] = [
  { matches: isPulse, answer: pulse },
  { matches: isBeat, answer: beat },
  { matches: / FROM performance_schema\.global_status /, answer: counters },
  { matches: /^SHOW GLOBAL VARIABLES/, answer: setUp },
  { matches: /^SELECT SUM\(status[\s\S]* FROM information_schema\.EVENTS/, answer: events },
  { matches: /^SHOW REPLICA STATUS/, answer: replicaStatus },
  { matches: /performance_schema\.replication_connection_status/, answer: ear },
  {
    matches: / FROM performance_schema\.metadata_locks /,
    answer: () => ({ kind: 'rows', columns: ['id'], rows: [] }),
  },
  { matches: /^SHOW BINARY LOG STATUS/, answer: binaryLogStatus },
  { matches: /^SELECT CONCAT_WS\('\|',@@global\.read_only\+@@global\.super_read_only/, answer: closed },
  { matches: /^INSERT INTO keepalambda\.heartbeat/, answer: commitHeartbeat },
  { matches: /^SELECT [\s\S]* FROM keepalambda\.heartbeat/i, answer: readHeartbeat },
  { matches: /^SELECT @@version AS version/, answer: versionRow },
  { matches: /^SET SESSION /, answer: () => ({ kind: 'done' }) },
];

/** The node's answer to a statement at a moment. */
export function answerTo(pair: NodePair, place: NodePlace, sql: string, nowMs: number): NodeAnswer {
  const word = words.find(({ matches }) => matches.test(sql));
  if (word) return word.answer({ pair, place, nowMs, sql });
  return { kind: 'error', errno: 1064, message: `the simulated node does not know: ${sql.slice(0, 120)}` };
}

/** One row, from its columns by name. */
function row(fields: Readonly<Record<string, Value>>): NodeAnswer {
  return { kind: 'rows', columns: Object.keys(fields), rows: [Object.values(fields)] };
}

function versionRow(): NodeAnswer {
  return row({ version, comment: 'MySQL Community Server - GPL' });
}

function pulse({ pair, place, nowMs }: Asked): NodeAnswer {
  const readOnly = pair.isWritable(place) ? 0 : 1;
  const values = [pair.identity(place), version, readOnly, readOnly, 'ON', pair.executed(nowMs), '-'];
  return row({ p: [...values, 4, 151, 1, nowMs / 1000].join('|') });
}

function beat({ pair, place, nowMs }: Asked): NodeAnswer {
  const readOnly = pair.isWritable(place) ? 0 : 1;
  return row({ b: [readOnly, readOnly, pair.executed(nowMs), '-', nowMs / 1000].join('|') });
}

function counters({ pair, nowMs }: Asked): NodeAnswer {
  return {
    kind: 'rows',
    columns: ['c'],
    rows: [['Threads_connected|12'], [`Uptime|${pair.uptimeSeconds(nowMs)}`]],
  };
}

/** No plugin for semi-synchronous replication is loaded. */
function setUp(): NodeAnswer {
  return { kind: 'rows', columns: ['Variable_name', 'Value'], rows: [['event_scheduler', 'ON']] };
}

/** There are none, and the sum of no rows is NULL. */
function events(): NodeAnswer {
  return row({ enabled: null, disabled_on_replica: null });
}

function binaryLogStatus({ pair, place, nowMs }: Asked): NodeAnswer {
  const { file, offset } = pair.history(place, nowMs);
  return row({
    File: file,
    Position: offset,
    Binlog_Do_DB: '',
    Binlog_Ignore_DB: '',
    Executed_Gtid_Set: pair.executed(nowMs),
  });
}

function ear({ pair, place, nowMs }: Asked): NodeAnswer {
  const source: NodePlace = place === 'first' ? 'second' : 'first';
  const values = [
    pair.heartbeatsReceived(place, nowMs),
    pair.identity(source),
    'ON',
    0,
    'ON',
    pair.gtids(source, nowMs),
  ];
  return row({ e: values.join('|') });
}

function closed({ pair, place, nowMs }: Asked): NodeAnswer {
  return row({ s: [pair.isWritable(place) ? 0 : 2, timeOf(nowMs)].join('|') });
}

function commitHeartbeat({ pair, place, nowMs, sql }: Asked): NodeAnswer {
  if (!pair.isWritable(place)) {
    const message =
      'The MySQL server is running with the --super-read-only option so it cannot execute this statement';
    return { kind: 'error', errno: 1290, message };
  }
  const [, key = '', stamp = timeOf(nowMs)] = /VALUES \('([^']*)', (?:'([^']*)')?/.exec(sql) ?? [];
  pair.commitHeartbeat(key, Date.parse(`${stamp.replace(' ', 'T')}Z`));
  return { kind: 'done' };
}

/** The items of a list; the commas in their brackets, two deep, are their own. */
const betweenCommas = /(?:[^,()]|\((?:[^()]|\([^()]*\))*\))+/g;

/** The columns that are asked for, by their aliases: the key, or when its last commit was, as time or as an age. */
function readHeartbeat({ pair, nowMs, sql }: Asked): NodeAnswer {
  const list = /^SELECT ([\s\S]*?) FROM keepalambda\.heartbeat/i.exec(sql)?.[1] ?? '';
  const asked = (list.match(betweenCommas) ?? []).map((item) => {
    const [expression = '', alias = expression] = item.trim().split(/\s+AS\s+/i);
    return { expression, name: alias.trim() };
  });
  const key = /node = '([^']*)'/.exec(sql)?.[1];
  const rows = [...pair.heartbeats].filter(([node]) => key === undefined || node === key);
  return {
    kind: 'rows',
    columns: asked.map(({ name }) => name),
    rows: rows.map(([node, atMs]) =>
      asked.map(({ expression }) => heartbeatValue(expression, node, atMs, nowMs)),
    ),
  };
}

function heartbeatValue(expression: string, node: string, atMs: number, nowMs: number): Value {
  if (/^node$/i.test(expression)) return node;
  if (/TIMESTAMPDIFF\(MICROSECOND/i.test(expression)) return Math.round((nowMs - atMs) * 1000);
  if (/UNIX_TIMESTAMP/i.test(expression)) return atMs / 1000;
  return timeOf(atMs);
}

/** A moment as DATETIME(3) in a session in UTC: `2026-11-24 13:50:01.123`. */
function timeOf(atMs: number): string {
  return new Date(atMs).toISOString().replace('T', ' ').replace('Z', '');
}

/** All of the real one's columns, in its order. */
function replicaStatus({ pair, place, nowMs }: Asked): NodeAnswer {
  const source: NodePlace = place === 'first' ? 'second' : 'first';
  const { file, offset } = pair.history(source, nowMs);
  return row({
    Replica_IO_State: 'Waiting for source to send event',
    Source_Host: pair.addresses[source],
    Source_User: 'repl',
    Source_Port: 3306,
    Connect_Retry: 60,
    Source_Log_File: file,
    Read_Source_Log_Pos: offset,
    Relay_Log_File: 'relay.000002',
    Relay_Log_Pos: offset + 214,
    Relay_Source_Log_File: file,
    Replica_IO_Running: 'Yes',
    Replica_SQL_Running: 'Yes',
    Replicate_Do_DB: '',
    Replicate_Ignore_DB: '',
    Replicate_Do_Table: '',
    Replicate_Ignore_Table: '',
    Replicate_Wild_Do_Table: '',
    Replicate_Wild_Ignore_Table: '',
    Last_Errno: 0,
    Last_Error: '',
    Skip_Counter: 0,
    Exec_Source_Log_Pos: offset,
    Relay_Log_Space: offset + 611,
    Until_Condition: 'None',
    Until_Log_File: '',
    Until_Log_Pos: 0,
    Source_SSL_Allowed: 'No',
    Source_SSL_CA_File: '',
    Source_SSL_CA_Path: '',
    Source_SSL_Cert: '',
    Source_SSL_Cipher: '',
    Source_SSL_Key: '',
    Seconds_Behind_Source: 0,
    Source_SSL_Verify_Server_Cert: 'No',
    Last_IO_Errno: 0,
    Last_IO_Error: '',
    Last_SQL_Errno: 0,
    Last_SQL_Error: '',
    Replicate_Ignore_Server_Ids: '',
    Source_Server_Id: pair.serverId(source),
    Source_UUID: pair.identity(source),
    Source_Info_File: 'mysql.slave_master_info',
    SQL_Delay: 0,
    SQL_Remaining_Delay: null,
    Replica_SQL_Running_State: 'Replica has read all relay log; waiting for more updates',
    Source_Retry_Count: 10,
    Source_Bind: '',
    Last_IO_Error_Timestamp: '',
    Last_SQL_Error_Timestamp: '',
    Source_SSL_Crl: '',
    Source_SSL_Crlpath: '',
    Retrieved_Gtid_Set: pair.gtids(source, nowMs),
    Executed_Gtid_Set: pair.executed(nowMs),
    Auto_Position: 1,
    Replicate_Rewrite_DB: '',
    Channel_Name: '',
    Source_TLS_Version: '',
    Source_public_key_path: '',
    Get_Source_public_key: 1,
    Network_Namespace: '',
  });
}
