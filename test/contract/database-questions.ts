/** What changes nothing: what doctor asks, chain replicas, and who answers through the VIP. */
import { expect, it } from 'vitest';
import { type At, LIMIT_MS, look, serverOf } from './database-world.ts';

export function chainContract(at: At): void {
  const r01 = { name: 'r01', address: '127.0.0.253' };

  it('replica, repoint: one that is not there is not reached, and nothing is changed', async () => {
    const { port, pair, settle } = at();
    const unreached = { name: 'PortError', kind: 'unsuccessful' };
    await expect(settle(port.replica(pair, r01, LIMIT_MS))).rejects.toMatchObject(unreached);
    await expect(settle(port.repoint(pair, r01, 'db1', 'db2', LIMIT_MS))).rejects.toMatchObject(unreached);
  });

  it('feeds: the other node of the pair is no chain replica', async () => {
    const { port, pair, settle } = at();
    expect(await settle(port.feeds(pair, 'db1', LIMIT_MS))).toEqual([]);
  });
}

export function examineContract(at: At): void {
  it('examine: says who the server is, whom it follows, and what our account may do', async () => {
    const { port, pair, settle } = at();
    const seen = await look(at());
    const facts = await settle(port.examine(pair, 'db2', 'full', LIMIT_MS));
    const { identity, version } = serverOf(seen, 'db2');
    expect(facts).toMatchObject({ identity, version, unread: [], logFilters: [] });
    expect(facts.channels).toMatchObject([
      { sourceIdentity: serverOf(seen, 'db1').identity, io: 'yes', sql: 'yes', filters: [] },
    ]);
    expect(facts.variables).toMatchObject({ log_bin: 'ON', log_replica_updates: 'ON', sync_binlog: '1' });
    expect(facts.tables).toEqual({ withoutKey: [], notInnodb: [], ofTools: [] });
    expect(facts.grants?.join()).toContain('PROCESS');
    // Some servers show the hash of the password beside a grant.
    expect(JSON.stringify(facts)).not.toMatch(/identified|password by/i);
  });

  it('examine, quick: the same without the tables', async () => {
    const { port, pair, settle } = at();
    const full = await settle(port.examine(pair, 'db1', 'full', LIMIT_MS));
    const quick = await settle(port.examine(pair, 'db1', 'quick', LIMIT_MS));
    expect(quick.tables).toBeNull();
    expect(Object.keys(quick).toSorted()).toEqual(Object.keys(full).toSorted());
    expect(quick.variables).toEqual(full.variables);
  });

  it('examine: fails when nobody answers there', async () => {
    const { port, pair, settle, kill } = at();
    await kill('db2');
    await expect(settle(port.examine(pair, 'db2', 'quick', 600))).rejects.toMatchObject({
      name: 'PortError',
    });
  });
}

export function verifyContract(at: At): void {
  it('verify: says who answers through the VIP, and commits there while it takes writes', async () => {
    const { port, pair, settle } = at();
    const { identity } = serverOf(await look(at()), 'db1');
    expect(await settle(port.verify(pair, LIMIT_MS))).toEqual({
      identity,
      writable: true,
      heartbeat: { kind: 'committed' },
    });
    await settle(port.close(pair, 'db1', 'to-close', LIMIT_MS));
    expect(await settle(port.verify(pair, LIMIT_MS))).toEqual({
      identity,
      writable: false,
      heartbeat: { kind: 'not-tried' },
    });
  });

  it('verify: fails when nobody answers there', async () => {
    const { port, pair, settle, kill } = at();
    await kill('db1');
    await expect(settle(port.verify(pair, 600))).rejects.toMatchObject({ name: 'PortError' });
  });
}
