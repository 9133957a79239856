/** What the two servers really have: read by the lab's own root, whatever keepalambda says of it. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Reply, replySchema } from '../../lib/core/operator/reply.ts';
import { functionNameOf } from '../../lib/stack/names.ts';
import { environmentName } from '../deployment.ts';
import type { Instance } from '../servers/instance.ts';
import type { LabWorld } from '../world.ts';

const system = "('mysql', 'sys', 'information_schema', 'performance_schema')";

/** Asks operate, as a person's command does. */
export async function askReply({ aws }: LabWorld, event: object): Promise<Reply> {
  const { payload } = await aws.lambda.invoke(functionNameOf(environmentName, 'operate'), event);
  return replySchema.parse(JSON.parse(payload));
}

/** How many rows of the client's table one node has and the other lacks. */
export async function rowsOnlyOn(one: Instance, other: Instance): Promise<number> {
  const keys = async (node: Instance) =>
    new Set(
      (await node.sql('SELECT client, seq FROM app.writes')).map(({ client, seq }) => `${client}/${seq}`),
    );
  const [here, there] = [await keys(one), await keys(other)];
  return [...here].filter((key) => !there.has(key)).length;
}

/** The checksum of every table that is not the server's own, by name. */
export async function checksumsOf(node: Instance): Promise<Readonly<Record<string, string>>> {
  const tables = await node.sql(
    `SELECT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) AS name FROM information_schema.TABLES
     WHERE TABLE_TYPE = 'BASE TABLE' AND TABLE_SCHEMA NOT IN ${system} ORDER BY 1`,
  );
  const sums: Record<string, string> = {};
  for (const { name } of tables) {
    const [row] = await node.sql(`CHECKSUM TABLE ${name}`);
    sums[String(name)] = String(row?.Checksum);
  }
  return sums;
}

/** Null when both nodes have the same tables with the same rows; the heartbeat changes, so they get some tries. */
export async function differenceOf(one: Instance, other: Instance, limitMs: number): Promise<string | null> {
  const untilMs = Date.now() + limitMs;
  for (;;) {
    const [here, there] = await Promise.all([checksumsOf(one), checksumsOf(other)]);
    const names = [...new Set([...Object.keys(here), ...Object.keys(there)])];
    const different = names.filter((name) => here[name] !== there[name]);
    if (different.length === 0) return names.length === 0 ? 'no tables at all' : null;
    if (Date.now() > untilMs)
      return different.map((name) => `${name}: ${here[name]}, ${there[name]}`).join('; ');
    await delay(300);
  }
}
