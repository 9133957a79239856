/** Replication channels that lead elsewhere, or are more than one. */
import type { Instance } from '../instance.ts';
import type { Dialect } from '../product.ts';
import { channelStatement, replicateFrom, type SourceAddress, untilReplicating } from '../replication.ts';

/** The name of the peer's channel where there are two. */
export const pairChannel = 'pair';

/**
 * Points the replica's only channel at another source, and waits until it follows that one. It has the heartbeat that
 * we recommend, so the replica hears its source all the time, though not the right one.
 */
export async function redirect(replica: Instance, source: SourceAddress): Promise<void> {
  await replica.sql(channelStatement(replica.product.dialect, 'STOP'));
  await replicateFrom(replica, source, '', 'recommended');
  await untilReplicating([replica]);
}

/** The unnamed channel follows `first`, and one of the name `pair` follows `peer`, some seconds late. */
export async function followBoth(
  replica: Instance,
  first: SourceAddress,
  peer: SourceAddress,
  delaySeconds: number,
): Promise<void> {
  const { dialect } = replica.product;
  const named = dialect === 'mariadb' ? "'' ALL" : "ALL FOR CHANNEL ''";
  await replica.sql(channelStatement(dialect, 'STOP'));
  await replica.sql(`RESET ${dialect === 'mariadb' ? 'SLAVE' : 'REPLICA'} ${named}`);
  await replicateFrom(replica, peer, pairChannel);
  await replicateFrom(replica, first);
  await replica.sql(channelStatement(dialect, 'STOP', pairChannel));
  await replica.sql(
    dialect === 'mariadb'
      ? `CHANGE MASTER '${pairChannel}' TO MASTER_DELAY=${delaySeconds}`
      : `CHANGE REPLICATION SOURCE TO SOURCE_DELAY=${delaySeconds} FOR CHANNEL '${pairChannel}'`,
  );
  await replica.sql(channelStatement(dialect, 'START', pairChannel));
}

/** Has the replica try every second, for faults that would otherwise take a minute to show. */
export async function retryEverySecond(replica: Instance): Promise<void> {
  const { dialect } = replica.product;
  await replica.sql(channelStatement(dialect, 'STOP'));
  await replica.sql(retry[dialect]);
  await replica.sql(channelStatement(dialect, 'START'));
  await untilReplicating([replica]);
}

/** A replica gives up after 86,400 tries, and from MySQL 8.4 on after ten, which would be ten seconds here. */
const retry: Readonly<Record<Dialect, string>> = {
  'mysql-5': 'CHANGE MASTER TO MASTER_CONNECT_RETRY=1, MASTER_RETRY_COUNT=86400',
  'mysql-8': 'CHANGE REPLICATION SOURCE TO SOURCE_CONNECT_RETRY=1, SOURCE_RETRY_COUNT=86400',
  mariadb: 'CHANGE MASTER TO MASTER_CONNECT_RETRY=1',
};

/** How many transactions the peer's channel has received whole and not applied. */
export async function unappliedOn(replica: Instance): Promise<number> {
  return replica.product.dialect === 'mariadb' ? unappliedByDomain(replica) : unappliedBySet(replica);
}

async function unappliedBySet(replica: Instance): Promise<number> {
  const [row] = await replica.sql(
    `SELECT GTID_SUBTRACT(received_transaction_set, @@global.gtid_executed) AS missing
       FROM performance_schema.replication_connection_status WHERE channel_name = '${pairChannel}'`,
  );
  return countOf(String(row?.missing ?? ''));
}

/** `uuid:1-5:7,uuid:3` → 7. */
export function countOf(set: string): number {
  const intervals = [...set.matchAll(/:(\d+)(?:-(\d+))?/g)];
  return intervals.reduce((sum, [, first, last = first]) => sum + Number(last) - Number(first) + 1, 0);
}

/** MariaDB counts a transaction as received when it has begun to arrive: the last one may be a part of one. */
async function unappliedByDomain(replica: Instance): Promise<number> {
  const [status] = await replica.sql(`SHOW SLAVE '${pairChannel}' STATUS`);
  const [row] = await replica.sql('SELECT @@global.gtid_slave_pos AS applied');
  const received = sequenceOf(String(status?.Gtid_IO_Pos ?? ''));
  return Math.max(0, received - sequenceOf(String(row?.applied ?? '')) - 1);
}

/** `1-1-40,2-2-7` → 40: the peer's domain is db1's. */
function sequenceOf(position: string): number {
  const [, sequence = '0'] = /\b1-\d+-(\d+)/.exec(position) ?? [];
  return Number(sequence);
}
