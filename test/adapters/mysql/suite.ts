/** What the probe promises, on real servers: the same suite for each flavor. */
import type { Connection } from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { accounts, setPassword } from '../../../lab/servers/accounts.ts';
import { maxConnections } from '../../../lab/servers/my-cnf.ts';
import type { Product } from '../../../lab/servers/product.ts';
import { threadStatement, untilReplicating } from '../../../lab/servers/replication.ts';
import { createProbe, type Probe } from '../../../lib/adapters/mysql/probe.ts';
import type { ProbeResponse, ProbeTarget } from '../../../lib/adapters/probe-protocol.ts';
import { fingerprint } from '../../../lib/core/fingerprint.ts';
import type { Saw, Server } from '../../../lib/core/sighting.ts';
import { connectApp, eventually, openServer, type Servers, startServers } from './servers.ts';

/** Measured times of this run, printed at its end. Milliseconds. */
type Times = Record<string, number>;

export function describeProbe(name: string, find: () => Promise<Product>): void {
  describe(`the probe on ${name}`, () => {
    let servers: Servers;
    let probe: Probe;
    const times: Times = {};

    beforeAll(async () => {
      servers = await startServers(await find());
    });
    afterAll(async () => {
      console.info(`${name}: ${JSON.stringify(times)}`);
      await servers?.close();
    });
    beforeEach(() => {
      probe = createProbe();
      return () => probe.drop();
    });

    const lookWith = async (change: Partial<ProbeTarget> = {}, holdMs = 0) => {
      const target = { ...servers.target, ...change };
      const answer = await probe.answer({ kind: 'look', targets: [target], holdMs });
      const sightings = answer.kind === 'looks' ? (answer.pairs.orders ?? []) : [];
      const saw = (node: string) => sightings.find((sighting) => sighting.node === node)?.saw;
      return { db1: saw('db1'), db2: saw('db2'), print: fingerprint(sightings, target.settings) };
    };
    /** What both nodes look like when nothing is wrong; sees them twice, so that ages are known. */
    const steady = () =>
      eventually(async () => {
        const look = await lookWith();
        expect(serverOf(look.db1).inbound).toMatchObject({ io: 'yes', sql: 'yes', caughtUp: true });
        expect(serverOf(look.db2).inbound).toMatchObject({ io: 'yes', sql: 'yes', caughtUp: true });
        expect(serverOf(look.db2).inbound).toMatchObject({ heardAgoMs: expect.any(Number) });
        return look;
      });
    const command = { pair: 'orders', credentials: accounts.monitor, limitMs: 3000 };
    const nodeOf = (name: 'db1' | 'db2') => ({
      node: { name, address: servers[name].address },
      port: servers.port,
    });

    looks();
    commands();
    faults();

    function looks(): void {
      test('both answer: who they are, which takes writes, and that replication runs', async () => {
        const { db1, db2 } = await steady();
        const flavor = servers.db1.product.dialect === 'mariadb' ? 'mariadb' : 'mysql';
        expect(db1).toMatchObject({ kind: 'answered', server: { flavor, writable: true } });
        expect(db2).toMatchObject({ kind: 'answered', server: { flavor, writable: false } });
        expect(serverOf(db1).heartbeat).toEqual({ kind: 'committed' });
        expect(serverOf(db2).heartbeat).toEqual({ kind: 'not-tried' });
        expect(serverOf(db1).identity).not.toBe(serverOf(db2).identity);
        expect(serverOf(db2).inbound).toMatchObject({ sourceAddress: servers.db1.address });
      });

      test('a held look stays open while nothing changes, and commits one heartbeat a second', async () => {
        const { print } = await steady();
        const before = serverOf((await lookWith()).db1).executed.offset;
        const startMs = performance.now();
        const look = await lookWith({ seen: print }, 2200);
        expect(performance.now() - startMs).toBeGreaterThan(2100);
        expect(look.print).toBe(print);
        expect(serverOf(look.db1).executed.offset).toBeGreaterThan(before);
        expect(inboundOf(look.db2).heardAgoMs).toBeLessThan(1500);
      });

      test('a warm look takes few milliseconds', async () => {
        await steady();
        const startMs = performance.now();
        for (let round = 0; round < 10; round += 1) await lookWith();
        times.warmLook = round((performance.now() - startMs) / 10);
        expect(times.warmLook).toBeLessThan(100);
      });

      test.each(['IO_THREAD', 'SQL_THREAD'] as const)('a stopped %s ends a held look', async (thread) => {
        const { print } = await steady();
        const held = lookWith({ seen: print }, 5000);
        await servers.db2.sql(threadStatement(servers.db2.product.dialect, 'STOP', thread));
        const inbound = inboundOf((await held).db2);
        expect(thread === 'IO_THREAD' ? inbound.io : inbound.sql).toBe('no');
        expect(inbound.lagSeconds).toBeNull();
        await servers.db2.sql(threadStatement(servers.db2.product.dialect, 'START', thread));
        await untilReplicating([servers.db2]);
      });

      test('lag: a transaction that waits for a lock on the standby', async () => {
        const { print } = await steady();
        const root = await servers.db2.openRoot();
        await root.query('LOCK TABLES app.writes WRITE');
        await write(servers, 'lag');
        const look = await lookWith({ seen: print }, 8000);
        expect(inboundOf(look.db2)).toMatchObject({ caughtUp: false });
        expect(inboundOf(look.db2).lagSeconds).toBeGreaterThanOrEqual(2);
        await root.query('UNLOCK TABLES');
        root.destroy();
        await steady();
      });

      test('a missing table is not a stuck disk, and neither is a read-only server', async () => {
        await servers.db1.sql('RENAME TABLE keepalambda.heartbeat TO keepalambda.gone');
        expect(serverOf((await lookWith()).db1).heartbeat).toEqual({ kind: 'not-tried' });
        await servers.db1.sql('RENAME TABLE keepalambda.gone TO keepalambda.heartbeat');
        expect(serverOf((await lookWith({ holder: 'db2' })).db2).heartbeat).toEqual({ kind: 'not-tried' });
      });

      test('a commit that hangs is a failing heartbeat, not a silent server', async () => {
        const { print } = await steady();
        const root = await servers.db1.openRoot();
        // Holds up every commit, and no read: as a full disk does.
        await root.query('FLUSH TABLES WITH READ LOCK');
        const look = await lookWith({ seen: print }, 5000);
        expect(serverOf(look.db1).heartbeat).toMatchObject({ kind: 'failed' });
        const later = await lookWith();
        const { heartbeat } = serverOf(later.db1);
        expect(heartbeat.kind === 'failed' && heartbeat.forMs).toBeGreaterThan(400);
        await root.query('UNLOCK TABLES');
        root.destroy();
        await eventually(async () =>
          expect(serverOf((await lookWith()).db1).heartbeat).toEqual({ kind: 'committed' }),
        );
      });

      test('a kept connection that an administrator kills is made again, and nobody is alarmed', async () => {
        const { print } = await steady();
        const held = lookWith({ seen: print }, 1500);
        for (const { Id, User } of await servers.db1.sql('SHOW PROCESSLIST')) {
          if (User === accounts.monitor.user) await servers.db1.sql(`KILL ${Id}`);
        }
        expect((await held).print).toBe(print);
      });

      test('a wrong password is ours: locked out, also while a kept connection still answers', async () => {
        const { print } = await steady();
        const wrong = { user: accounts.monitor.user, password: 'not the one' };
        const { db1 } = await lookWith({ credentials: wrong });
        expect(db1).toMatchObject({ kind: 'locked-out', errno: 1045 });
        await lookWith();
        const held = lookWith({ seen: print }, 5000);
        await servers.db1.sql('SET SESSION sql_log_bin = 0');
        await servers.db1.sql(setPassword(servers.db1.product.dialect, wrong));
        expect((await held).db1).toMatchObject({ kind: 'locked-out', errno: 1045 });
        await servers.db1.sql(setPassword(servers.db1.product.dialect, accounts.monitor));
        await servers.db1.sql('SET SESSION sql_log_bin = 1');
        await eventually(async () => expect((await lookWith()).db1?.kind).toBe('answered'));
      });

      test('a full connection table is saturated, with and without kept connections', async () => {
        const { print } = await steady();
        const crowd = await fill(servers);
        expect((await lookWith({ seen: print }, 3000)).db1).toMatchObject({ kind: 'saturated' });
        probe.drop();
        expect((await lookWith()).db1).toMatchObject({ kind: 'saturated', errno: 1040 });
        for (const connection of crowd) connection.destroy();
        await eventually(async () => expect((await lookWith()).db1?.kind).toBe('answered'));
      });
    }

    function commands(): void {
      const close = () => probe.answer({ kind: 'close', ...command, ...nodeOf('db1') });
      const open = () => probe.answer({ kind: 'open', ...command, ...nodeOf('db1') });

      test('close kills the application’s connections, not replication’s or ours; open opens', async () => {
        await steady();
        const app = await connectApp(servers);
        const startMs = performance.now();
        const closed = await close();
        times.close = round(performance.now() - startMs);
        expect(closed).toMatchObject({ kind: 'closed', closed: { wasWritable: true } });
        await expect(app.query('SELECT 1')).rejects.toThrow();
        const look = await lookWith();
        expect(serverOf(look.db1)).toMatchObject({ writable: false, heartbeat: { kind: 'not-tried' } });
        expect(inboundOf(look.db1)).toMatchObject({ io: 'yes', sql: 'yes' });
        expect(inboundOf(look.db2)).toMatchObject({ io: 'yes', sql: 'yes' });
        expect(closed.kind === 'closed' && closed.closed.position).toEqual(serverOf(look.db1).executed);
        expect(await close()).toMatchObject({ kind: 'closed', closed: { wasWritable: false, killed: 0 } });
        const openMs = performance.now();
        expect(await open()).toEqual({ kind: 'opened', wasWritable: false });
        times.open = round(performance.now() - openMs);
        expect(await open()).toEqual({ kind: 'opened', wasWritable: true });
      });

      test('close is not held up by a long statement: its connection is killed meanwhile', async () => {
        const app = await connectApp(servers);
        const long = app.query("INSERT INTO app.writes (client, seq) SELECT 'long', SLEEP(20)").catch(String);
        await eventually(async () => expect(await sleepers(servers)).toBe(1));
        const startMs = performance.now();
        const closed = await close();
        expect(closed).toMatchObject({ kind: 'closed', closed: { wasWritable: true } });
        times.closeBehindLongStatement = round(performance.now() - startMs);
        expect(times.closeBehindLongStatement).toBeLessThan(2000);
        await long;
        await open();
      });

      test('close that cannot be done in time takes its order back', async () => {
        await grantLocks(servers);
        // A connection of our own account is not killed, so its lock stays.
        const own = await connectApp(servers, accounts.monitor);
        await own.query('LOCK TABLES keepalambda.heartbeat WRITE');
        const answer = await probe.answer({ kind: 'close', ...command, ...nodeOf('db1'), limitMs: 1500 });
        expect(answer).toMatchObject({ kind: 'failed', failure: 'unsuccessful' });
        own.destroy();
        await pauseMs(300);
        expect(serverOf((await lookWith()).db1).writable).toBe(true);
      });

      test('catch-up reaches what was received, and the exact position of the source', async () => {
        await steady();
        await write(servers, 'catch-up');
        const closed = await close();
        const upTo = closed.kind === 'closed' ? closed.closed.position : null;
        const startMs = performance.now();
        const caughtUp = await probe.answer({ kind: 'catch-up', ...command, ...nodeOf('db2'), upTo });
        times.catchUp = round(performance.now() - startMs);
        expect(caughtUp).toMatchObject({ kind: 'caught-up', caughtUp: { reached: true, because: '' } });
        await open();
      });

      test('catch-up that is not reached says why; a stopped SQL thread at once', async () => {
        await steady();
        const { dialect } = servers.db2.product;
        await servers.db2.sql(threadStatement(dialect, 'STOP', 'SQL_THREAD'));
        await write(servers, 'not caught up');
        const upTo = serverOf((await lookWith()).db1).executed;
        const startMs = performance.now();
        const stopped = await probe.answer({ kind: 'catch-up', ...command, ...nodeOf('db2'), upTo });
        expect(performance.now() - startMs).toBeLessThan(1000);
        expect(stopped).toMatchObject({ kind: 'caught-up', caughtUp: { reached: false } });
        expect(JSON.stringify(stopped)).toContain('SQL thread is stopped');
        await servers.db2.sql(threadStatement(dialect, 'START', 'SQL_THREAD'));
        await untilReplicating([servers.db2]);
        const beyond = { ...upTo, gtid: null, file: 'binlog.000099' };
        const late = await probe.answer({
          ...{ kind: 'catch-up', ...command, ...nodeOf('db2'), upTo: beyond, limitMs: 600 },
        });
        expect(late).toMatchObject({ kind: 'caught-up', caughtUp: { reached: false } });
        expect(JSON.stringify(late)).toContain('wanted binlog.000099');
      });

      test('verify says who answers, and commits there unless it is read-only', async () => {
        const { db1, db2 } = await steady();
        const ask = (vip: string) =>
          probe.answer({
            kind: 'verify',
            ...command,
            port: servers.port,
            vip,
            writeProbe: true,
            limitMs: 600,
          });
        expect(await ask(servers.db1.address)).toEqual(verified(serverOf(db1).identity, true));
        expect(await ask(servers.db2.address)).toEqual(verified(serverOf(db2).identity, false));
        expect(await ask('127.0.33.99')).toMatchObject({ kind: 'failed', failure: 'unreachable' });
      });

      test('no answer carries the password', async () => {
        const answers = [
          await lookWith({ credentials: { user: 'monitor', password: 'hush-hush' } }),
          await probe.answer({
            ...{ kind: 'open', ...command, ...nodeOf('db1') },
            credentials: { user: 'nobody', password: 'hush-hush' },
          }),
        ];
        expect(JSON.stringify(answers)).toContain('locked-out');
        expect(JSON.stringify(answers)).not.toContain('hush-hush');
      });
    }

    function faults(): void {
      test('a killed server is refused promptly in a held look', async () => {
        const { print } = await steady();
        const held = lookWith({ seen: print }, 5000);
        await pauseMs(700);
        const startMs = performance.now();
        await Promise.all([
          servers.db1.kill(),
          held.then(() => {
            times.killedToRefused = round(performance.now() - startMs);
          }),
        ]);
        const { db1, db2 } = await held;
        expect(db1).toEqual({ kind: 'refused' });
        expect(db2?.kind).toBe('answered');
        expect(times.killedToRefused).toBeLessThan(450);
        await eventually(async () => expect(inboundOf((await lookWith()).db2).io).toBe('connecting'));
        const caughtUp = await probe.answer({ kind: 'catch-up', ...command, ...nodeOf('db2'), upTo: null });
        expect(caughtUp).toMatchObject({ kind: 'caught-up', caughtUp: { reached: true } });
        await servers.db1.start();
        await openServer(servers.db1);
        await untilReplicating([servers.db1, servers.db2]);
      });

      test('a hung server is unanswered, its peer is not delayed, and it stops being heard', async () => {
        const { print } = await steady();
        const held = lookWith({ seen: print }, 5000);
        await pauseMs(200);
        servers.db1.hang();
        const startMs = performance.now();
        const { db1, db2, print: hung } = await held;
        times.hungToUnanswered = round(performance.now() - startMs);
        expect(db1).toMatchObject({ kind: 'unanswered', because: 'timeout' });
        expect(times.hungToUnanswered).toBeLessThan(1500);
        expect(db2?.kind).toBe('answered');
        const again = await lookWith({ seen: hung }, 2500);
        expect(again.db1).toMatchObject({ kind: 'unanswered', because: 'timeout' });
        expect(inboundOf(again.db2).heardAgoMs).toBeGreaterThan(1500);
        servers.db1.resume();
        await eventually(async () => expect((await lookWith()).db1?.kind).toBe('answered'));
      });
    }
  });
}

function serverOf(saw: Saw | undefined): Server {
  if (saw?.kind !== 'answered') throw new Error(`not answered: ${JSON.stringify(saw)}`);
  return saw.server;
}

function inboundOf(saw: Saw | undefined) {
  const { inbound } = serverOf(saw);
  if (inbound.kind === 'unconfigured') throw new Error('replication is not configured');
  return inbound;
}

const verified = (identity: string, committed: boolean): ProbeResponse => ({
  kind: 'verified',
  answered: { identity, committed },
});

const round = (ms: number) => Math.round(ms * 10) / 10;
const pauseMs = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let sequence = 0;
async function write(servers: Servers, client: string): Promise<void> {
  sequence += 1;
  const statement = `INSERT INTO app.writes (client, seq) VALUES ('${client}', ${sequence})`;
  // `close` killed root's connection too.
  await eventually(() => servers.db1.sql(statement));
}

async function grantLocks(servers: Servers): Promise<void> {
  const root = await servers.db1.openRoot();
  await root.query('SET SESSION sql_log_bin = 0');
  await root.query(`GRANT LOCK TABLES ON keepalambda.* TO '${accounts.monitor.user}'@'%'`);
  root.destroy();
}

async function sleepers(servers: Servers): Promise<number> {
  const rows = await servers.db1.sql('SHOW PROCESSLIST');
  return rows.filter(({ User, State }) => User === accounts.app.user && State === 'User sleep').length;
}

/** Connections until the server takes no more. */
async function fill(servers: Servers): Promise<readonly Connection[]> {
  const crowd: Connection[] = [];
  for (let count = 0; count <= maxConnections; count += 1) {
    const connection = await connectApp(servers).catch(() => null);
    if (connection === null) break;
    crowd.push(connection);
  }
  return crowd;
}
