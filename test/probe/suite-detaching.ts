/** Commands on the channel of a node: what detach stops, attach starts again. */
import { expect, test } from 'vitest';
import type { Instance } from '../../lab/servers/instance.ts';
import { channelStatement, threadStatement } from '../../lab/servers/replication.ts';
import { eventually, write } from './servers.ts';
import { inboundOf, type Subject } from './subject.ts';

export function detaching(subject: Subject): void {
  test('detach stops what comes in, attach starts it; both can be repeated', async () => {
    await subject.steady();
    const ask = (kind: 'detach' | 'attach', identity: string | null = null) => {
      const { peer, ...where } = subject.nodeOf('db2');
      const rest = { ...subject.command, ...where, peer: { ...peer, identity } };
      return subject.probe.answer(
        kind === 'detach' ? { kind, ...rest, threads: 'receiver' } : { kind, ...rest, attaching: 'as-it-is' },
      );
    };
    await setHeartbeat(subject.servers.db2, 0.7);
    expect(await ask('detach')).toMatchObject({ kind: 'detached', detached: { was: 'running' } });
    expect(await ask('detach')).toMatchObject({ kind: 'detached', detached: { was: 'stopped' } });
    expect(inboundOf((await subject.lookWith()).db2)).toMatchObject({ io: 'no', sql: 'yes' });
    expect(await ask('detach')).toMatchObject({ kind: 'detached', detached: { outlasts: true } });
    // As the server does itself when it comes up.
    const { db2 } = subject.servers;
    await write(subject.servers, 'detached');
    await db2.sql(threadStatement(db2.product.dialect, 'START', 'IO_THREAD'));
    await eventually(async () =>
      expect(inboundOf((await subject.lookWith()).db2)).toMatchObject({
        io: 'connecting',
        ioError: { errno: 1045 },
      }),
    );
    expect(await ask('detach')).toMatchObject({ detached: { was: 'running', outlasts: true } });
    expect(await ask('attach')).toEqual({ kind: 'attached', wasRunning: false });
    expect(await ask('attach')).toEqual({ kind: 'attached', wasRunning: true });
    // MySQL 5.6 and MariaDB give it its default with every change that does not name it.
    expect(await heartbeatOf(subject.servers.db2)).toBeCloseTo(0.7);
    await subject.steady();
    expect(await ask('detach', 'somebody else')).toMatchObject({ kind: 'failed', failure: 'unsuccessful' });
    await subject.steady();
  });
}

async function setHeartbeat(node: Instance, seconds: number): Promise<void> {
  const { dialect } = node.product;
  const change = dialect === 'mysql-8' ? 'CHANGE REPLICATION SOURCE TO SOURCE_' : 'CHANGE MASTER TO MASTER_';
  await node.sql(channelStatement(dialect, 'STOP'));
  await node.sql(`${change}HEARTBEAT_PERIOD = ${seconds}`);
  await node.sql(channelStatement(dialect, 'START'));
}

async function heartbeatOf(node: Instance): Promise<number> {
  const [row] =
    node.product.dialect === 'mysql-8'
      ? await node.sql(
          'SELECT HEARTBEAT_INTERVAL AS Value FROM performance_schema.replication_connection_configuration',
        )
      : await node.sql("SHOW GLOBAL STATUS LIKE 'Slave_heartbeat_period'");
  return Number(row?.Value);
}
