/** `SHOW REPLICA STATUS` that is not answered: what looks show meanwhile, and how often it is drawn. */
import { describe, expect, it } from 'vitest';
import { noPlace } from '../../lib/core/evidence/log-place.ts';
import { drawStatusHangs } from '../../sim/faults/status.ts';
import { breakIt, inboundOf, serverOf } from './breaking.ts';
import { setStage } from './stage.ts';

describe('a status of replication that is not answered', () => {
  it('leaves what was read last, but no lag and no place in its own log; then it is read again', async () => {
    const stage = setStage({ gtid: false });
    await stage.pass(2000);
    const before = await serverOf(stage, 'db2');
    breakIt(stage, 'status-hangs', 'standby', 10_000, 0.9);
    await stage.pass(1000);
    expect(await inboundOf(stage, 'db2')).not.toHaveProperty('unanswered');
    // A probe that nobody asks for 5 s begins anew.
    for (let passed = 0; passed < 2; passed += 1) {
      await stage.pass(3000);
      await serverOf(stage, 'db2');
    }
    const stale = await serverOf(stage, 'db2');
    expect(stale.inbound).toMatchObject({ io: 'yes', unanswered: true, lagSeconds: null, caughtUp: false });
    // Without GTIDs, the end of its log was read beside the status.
    expect(stale.executed).toEqual({ gtid: null, ...noPlace });
    expect(stale.uptimeSeconds).toBeGreaterThanOrEqual(before.uptimeSeconds + 6);
    await stage.pass(4000);
    expect(await inboundOf(stage, 'db2')).toMatchObject({ lagSeconds: 0, caughtUp: true });
  });

  it('tells nothing to a probe that begins anew meanwhile, and to one that is busy', async () => {
    const stage = setStage();
    await stage.pass(2000);
    breakIt(stage, 'status-hangs', 'standby', 10_000, 0.1);
    expect(await serverOf(stage, 'db2')).toMatchObject({ inbound: { kind: 'unread' } });
    await stage.pass(11_000);
    expect(await serverOf(stage, 'db2')).toMatchObject({ inbound: { kind: 'configured' } });
    breakIt(stage, 'probe-anew', 'holder', 0, 0.65);
    expect(await serverOf(stage, 'db1')).toMatchObject({ inbound: { kind: 'unread' }, uptimeSeconds: 0 });
    await stage.pass(3000);
    expect(await serverOf(stage, 'db1')).toMatchObject({ inbound: { kind: 'configured' } });
  });

  it('keeps commands waiting that ask for it, and they fail', async () => {
    const stage = setStage();
    breakIt(stage, 'status-hangs', 'standby', 5000, 0.9);
    const { one, pair, settle } = stage;
    await expect(settle(one.database.detach(pair, 'db2', null, 'receiver', 1000))).rejects.toThrow(
      'db2 did not answer SHOW REPLICA STATUS in time',
    );
    expect(stage.world.master('db2').channel.ioWanted).toBe(true);
    await expect(settle(one.database.attach(pair, 'db2', null, 6000, 'as-it-is'))).resolves.toEqual({
      wasRunning: true,
    });
  });

  it('ends with its process', async () => {
    const stage = setStage();
    breakIt(stage, 'status-hangs', 'standby', 60_000, 0.9);
    breakIt(stage, 'operator-restart', 'standby', 1000);
    expect(stage.world.master('db2').statusHangsSinceMs).toBeNull();
  });
});

it('is drawn at least 100 times in 5000 histories, and so are probes that begin anew', () => {
  const counts = new Map<string, number>();
  for (let seed = 1; seed <= 5000; seed++)
    for (const fault of drawStatusHangs(seed))
      if (fault.kind === 'breakage') counts.set(fault.name, (counts.get(fault.name) ?? 0) + 1);
  for (const name of ['status-hangs', 'probe-anew']) expect(counts.get(name)).toBeGreaterThan(100);
});
