/** A pair with one thing wrong: how it is made, what doctor must say, and how it is put right. */
import { readFile, writeFile } from 'node:fs/promises';
import type { Connection } from 'mysql2/promise';
import { olderNames, type VariableName } from '../../lib/core/doctor/facts.ts';
import type { LabNodeName } from '../pair.ts';
import type { Undo } from '../servers/faults/undo.ts';
import type { Instance } from '../servers/instance.ts';
import type { Dialect } from '../servers/product.ts';
import { channelStatement, reconnect } from '../servers/replication.ts';
import type { LabWorld } from '../world.ts';

export interface Broken {
  /** What is done to the pair. */
  readonly name: string;
  /** The id of the finding. */
  readonly finds: string;
  /** The ids of findings that cannot but come with it. @default none */
  readonly also?: readonly string[];
  /** What it is about. @default db2 */
  readonly on?: LabNodeName;
  /** Where it cannot be made, and why. */
  readonly notOn?: Partial<Readonly<Record<Dialect, string>>>;
  /** Whether the server is restarted for it. @default false */
  readonly restarts?: true;
  readonly break: (world: LabWorld, node: Instance) => Promise<Undo>;
}

/** A variable's name on this server. */
export function wordFor(name: VariableName, dialect: Dialect): string {
  return dialect === 'mysql-8' ? name : (olderNames(name)[0] ?? name);
}

/** Sets a variable while the server runs. */
export function variable(name: VariableName, value: string): Broken['break'] {
  return (_, node) => setVariable(node, wordFor(name, node.product.dialect), value);
}

/** The same, for a variable by the very name that this server has. */
export async function setVariable(node: Instance, word: string, value: string): Promise<Undo> {
  const [before] = await node.sql(`SELECT @@global.${word} AS it`);
  await node.sql(`SET GLOBAL ${word} = ${value}`);
  const old = before?.it ?? '';
  const again = /^-?\d+(\.\d+)?$/.test(String(old)) ? old : `'${old}'`;
  return async () => {
    await node.sql(`SET GLOBAL ${word} = ${again}`);
  };
}

/** A variable that the applier reads when it starts. */
export function variableOfApplier(name: VariableName, value: string): Broken['break'] {
  return async (_, node) => {
    const { dialect } = node.product;
    const around = async (work: () => Promise<unknown>) => {
      await node.sql(channelStatement(dialect, 'STOP'));
      await work();
      await node.sql(channelStatement(dialect, 'START'));
    };
    let undo: Undo = async () => {};
    await around(async () => {
      undo = await setVariable(node, wordFor(name, dialect), value);
    });
    return () => around(undo);
  };
}

/** Statements on a node, which stay on it. */
export function statements(broken: readonly string[], whole: readonly string[]): Broken['break'] {
  return async (_, node) => {
    await locally(node, broken);
    return () => locally(node, whole);
  };
}

/** Out of the binary log, and whether or not the node is closed. */
export async function locally(node: Instance, work: readonly string[]): Promise<void> {
  const [row] = await node.sql('SELECT @@read_only AS closed');
  const closed = Number(row?.closed) === 1;
  const both = node.product.dialect === 'mysql-8' ? 'super_read_only' : 'read_only';
  const root = await node.openRoot();
  try {
    await root.query('SET SESSION sql_log_bin = 0');
    if (closed) await root.query('SET GLOBAL read_only = 0');
    for (const statement of work) await root.query(statement);
    if (closed) await root.query(`SET GLOBAL ${both} = 1`);
  } finally {
    root.destroy();
  }
}

/** One option of the channel, in the words of CHANGE MASTER after `MASTER_`, and what it was before. */
export function channelOption(
  broken: Partial<Record<Dialect, string>> | string,
  whole: Partial<Record<Dialect, string>> | string,
): Broken['break'] {
  const change = async (node: Instance, option: typeof broken) => {
    const { dialect } = node.product;
    const text = typeof option === 'string' ? option : (option[dialect] ?? '');
    const begins =
      dialect === 'mysql-8' ? 'CHANGE REPLICATION SOURCE TO SOURCE_' : 'CHANGE MASTER TO MASTER_';
    // MariaDB and 5.6 give the heartbeat its default again with every change that does not name it.
    const also =
      dialect !== 'mysql-8' && !text.startsWith('HEARTBEAT') ? ', MASTER_HEARTBEAT_PERIOD=0.5' : '';
    await node.sql(channelStatement(dialect, 'STOP'));
    await node.sql(`${begins}${text}${also}`);
    await node.sql(channelStatement(dialect, 'START'));
  };
  return async (_, node) => {
    await change(node, broken);
    return () => change(node, whole);
  };
}

/** Another my.cnf, which is read at the next start. Afterwards the peer, which may have given up, follows again. */
export function restarted(edit: (myCnf: string, dialect: Dialect) => string): Broken['break'] {
  return async ({ hosts }, node) => {
    const whole = await readFile(node.myCnf, 'utf8');
    const start = async (text: string) => {
      await node.stop();
      await writeFile(node.myCnf, text);
      await node.start();
    };
    await start(edit(whole, node.product.dialect));
    return async () => {
      await start(whole);
      const peer = node === hosts.db1.instance ? hosts.db2.instance : hosts.db1.instance;
      await reconnect(peer);
    };
  };
}

/** With these lines in it. The last line of a name counts. */
export function withLines(...lines: readonly string[]): (myCnf: string) => string {
  return (myCnf) => `${myCnf}${lines.join('\n')}\n`;
}

/** Without the lines of these names. */
export function withoutLines(...names: readonly string[]): (myCnf: string) => string {
  return (myCnf) =>
    myCnf
      .split('\n')
      .filter((line) => !names.includes(line.split('=')[0]?.trim() ?? ''))
      .join('\n');
}

/** A session that is at work until it is killed: its statement is not waited for. */
export async function session(
  node: Instance,
  ...work: readonly string[]
): Promise<{ readonly root: Connection; readonly end: Undo }> {
  const root = await node.openRoot();
  const [rows] = await root.query('SELECT CONNECTION_ID() AS id');
  const [{ id }] = rows as [{ readonly id: number | string }];
  const last = work.at(-1) ?? 'DO 0';
  for (const statement of work.slice(0, -1)) await root.query(statement);
  // It ends by being killed.
  root.query(last).catch(() => {});
  return {
    root,
    end: async () => {
      await node.sql(`KILL ${id}`).catch(() => {});
      root.destroy();
    },
  };
}
