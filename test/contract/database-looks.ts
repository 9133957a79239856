/** Looks: what they show of both nodes, and when a held look is answered. */
import { expect, it } from 'vitest';
import { fingerprint } from '../../lib/core/evidence/fingerprint.ts';
import { type At, inboundOf, look, lookUntil, sawOf, serverOf, termsOf } from './database-world.ts';

export function lookContract(at: At): void {
  it('look: the holder takes writes and commits the heartbeat, the standby follows it by identity', async () => {
    const sightings = await lookUntil(at(), (seen) => {
      expect(serverOf(seen, 'db1')).toMatchObject({ writable: true, heartbeat: { kind: 'committed' } });
      expect(inboundOf(seen, 'db2')).toMatchObject({ io: 'yes', sql: 'yes', caughtUp: true });
    });
    const [db1, db2] = [serverOf(sightings, 'db1'), serverOf(sightings, 'db2')];
    expect(db2).toMatchObject({ writable: false, halfClosed: false, heartbeat: { kind: 'not-tried' } });
    expect(db1).toMatchObject({ halfClosed: false, globalLock: null, loginRefused: null });
    expect(db1.identity).not.toBe(db2.identity);
    expect(inboundOf(sightings, 'db2')).toMatchObject({
      sourceIdentity: db1.identity,
      delaySeconds: 0,
      retrySeconds: expect.any(Number),
      barred: false,
      applierBlocked: null,
    });
    expect(inboundOf(sightings, 'db1').sourceIdentity).toBe(db2.identity);
  });

  it('look: a stopped channel says so, and names no error', async () => {
    await at().stopApplier('db2');
    const sightings = await lookUntil(at(), (seen) => expect(inboundOf(seen, 'db2').sql).toBe('no'));
    expect(inboundOf(sightings, 'db2')).toMatchObject({ io: 'yes', sqlError: null, lagSeconds: null });
  });

  it('look: a server that is gone refuses, one that hangs does not answer', async () => {
    await lookUntil(at(), (seen) => expect(sawOf(seen, 'db1')?.kind).toBe('answered'));
    await at().hang('db1');
    await lookUntil(at(), (seen) => expect(sawOf(seen, 'db1')).toMatchObject({ kind: 'unanswered' }));
    await at().kill('db1');
    await lookUntil(at(), (seen) => expect(sawOf(seen, 'db1')).toEqual({ kind: 'refused' }));
  });
}

export function heldLookContract(at: At): void {
  it('held look: answered at the end of its time while nothing changes, at once when the holder is killed', async () => {
    const world = at();
    const terms = termsOf(world);
    const steady = await lookUntil(world, (seen) => {
      expect(serverOf(seen, 'db1').heartbeat.kind).toBe('committed');
      expect(inboundOf(seen, 'db2')).toMatchObject({ io: 'yes', lagSeconds: expect.any(Number) });
      expect(inboundOf(seen, 'db1')).toMatchObject({ io: 'yes', lagSeconds: expect.any(Number) });
    });
    // A magnitude may change once meanwhile, and not twice.
    const seen = fingerprint(await look(world, fingerprint(steady, terms), 600), terms);
    const same = await look(world, seen, 600);
    expect(fingerprint(same, terms)).toBe(seen);
    const held = look(world, seen, 60_000);
    await world.kill('db1');
    expect(fingerprint(await held, terms)).not.toBe(seen);
  });
}
