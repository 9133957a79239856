/** A server that came back with less of its own history than it had sent: seen, remembered, and never opened by us. */
import { describe, expect, it } from 'vitest';
import type { Saw } from '../../../lib/core/evidence/sighting.ts';
import type { Loss } from '../../../lib/core/memory/memory.ts';
import { Leader } from '../leader.ts';
import {
  answered,
  channel,
  db1,
  db2,
  memory,
  NOW_MS,
  position,
  refused,
  UUID1,
  UUID2,
  unanswered,
  vipAt,
} from '../world.ts';

const at = (to: number) => position(`${UUID1}:1-${to}`, to * 10);
const holder = (to: number, writable = true, io: 'yes' | 'connecting' = 'yes'): Saw => {
  const inbound = channel({ io, sourceAddress: '10.0.1.12', sourceIdentity: UUID2, received: position('') });
  return answered({ ...db1, executed: at(to), writable, inbound });
};
const standby = (to: number): Saw => {
  const inbound = channel({ received: at(to), applied: at(to) });
  return answered({ ...db2, executed: at(to), inbound });
};

describe('a holder that came back with less', () => {
  /** It died at 200, and has 150 when it is back. */
  const back = holder(150, false);
  const lost = () => {
    const leader = new Leader();
    leader.looks(20, 250, holder(200), standby(200));
    return leader;
  };

  it('is not opened while its standby cannot be asked, because an earlier look had shown what it lacks', () => {
    const leader = lost();
    expect(leader.look(1000, back, standby(200)).situation.behind).toContain('50 transactions');
    const { row, situation } = leader.looks(4, 1000, back, refused);
    expect([row, situation.behind]).toEqual(['holder-behind-stays', `50 transactions: ${UUID1}:151-200`]);
  });

  it('is not opened when only what its standby had received by its death is known', () => {
    const leader = lost();
    leader.looks(2, 50, refused, standby(200));
    leader.looks(2, 250, refused, refused);
    expect(leader.looks(3, 1000, back, refused).row).toBe('holder-behind-stays');
  });

  it('is not opened when nobody had seen it dead: it has less than it had said itself', () => {
    const leader = lost();
    const { row, situation } = leader.look(1000, back, unanswered);
    expect([row, situation.behind]).toEqual(['holder-behind-stays', `50 transactions: ${UUID1}:151-200`]);
    expect(leader.looks(4, 1000, back, unanswered).row).toBe('holder-behind-stays');
    expect(leader.memory.behind).toHaveProperty('db1');
    expect(leader.looks(2, 1000, back, standby(150)).row).toBe('holder-read-only');
  });

  it('is opened where its standby had stopped before: nobody has what it lost', () => {
    const leader = new Leader();
    leader.looks(20, 250, holder(100), standby(100));
    leader.looks(40, 250, holder(150, true, 'connecting'), refused);
    leader.looks(4, 250, holder(200, true, 'connecting'), refused);
    expect(leader.looks(2, 1000, holder(150, false, 'connecting'), refused).row).toBe('holder-read-only');
  });

  it('is not opened where only its standby’s port refused us: its own channel was connected to it', () => {
    const leader = new Leader();
    leader.looks(20, 250, holder(100), standby(100));
    leader.looks(40, 250, holder(150), refused);
    leader.looks(4, 250, holder(200), refused);
    expect(leader.looks(2, 1000, back, refused).row).toBe('holder-behind-stays');
  });

  it('is opened again once it has all', () => {
    const leader = lost();
    leader.looks(2, 1000, back, refused);
    leader.looks(2, 1000, back, standby(200));
    expect(leader.looks(2, 1000, holder(200, false), standby(200)).row).toBe('holder-read-only');
    expect(leader.memory.behind).toEqual({});
  });

  it('is of no account once somebody has opened it', () => {
    const leader = lost();
    leader.look(1000, back, standby(200));
    expect(leader.memory.behind).toHaveProperty('db1');
    leader.look(1000, holder(151), standby(200));
    expect(leader.memory.behind).toEqual({});
  });
});

it('two that came back with less: neither is opened', () => {
  const leader = new Leader();
  const of2 = (to: number) => position(`${UUID1}:1-${to},${db2.identity}:1-9`, to * 10);
  const other = (lacksOwn: boolean): Saw =>
    answered({ ...db2, executed: lacksOwn ? at(200) : of2(200), inbound: channel({ received: at(200) }) });
  leader.looks(20, 250, answered({ ...db1, executed: of2(200) }), other(false));
  const less = answered({ ...db1, executed: of2(150), writable: false, uptimeSeconds: 5 });
  expect(leader.looks(2, 1000, less, other(false)).deed).toBe('failover');
  expect(leader.looks(2, 1000, less, other(true)).row).toBe('holder-behind-stays');
});

describe('an old holder that came back with less, and that nobody could compare with the new one yet', () => {
  const loss = { old: 'db1', keptBy: UUID2, atMs: NOW_MS, lastSeen: null, kept: null };
  const back = (to: number): Saw => {
    const inbound = channel({ sourceAddress: '10.0.1.12', sourceIdentity: UUID2, received: position('') });
    return answered({ ...db1, executed: at(to), writable: false, inbound });
  };
  const whenBack = (changes: Partial<Loss>, to: number) => {
    const moved = memory({ lastHolder: 'db2', loss: { ...loss, ...changes } });
    return new Leader(vipAt({ kind: 'node', node: 'db2' }), moved).looks(4, 250, back(to), refused).situation;
  };

  it.each<[what: string, changes: Partial<Loss>]>([
    ['what the new one had of it', { kept: at(200) }],
    ['what it had said itself before', { lastSeen: at(200) }],
  ])('cannot take over: by %s', (_, changes) => {
    const lack = `it lost writes that it had sent: 50 transactions: ${UUID1}:151-200`;
    expect(whenBack(changes, 150).fitness.reasons).toContain(lack);
    expect(whenBack(changes, 200).fitness.reasons.join()).not.toContain('it lost writes');
  });
});
