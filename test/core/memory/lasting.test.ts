/** What lasts goes on under the next leader: a change of leader each few seconds must not begin to count anew. */
import { describe, expect, it } from 'vitest';
import type { Pair } from '../../../lib/core/config/config.ts';
import { noDurations } from '../../../lib/core/decision/situation.ts';
import type { Saw } from '../../../lib/core/evidence/sighting.ts';
import { adoptMemory } from '../../../lib/core/memory/adopt.ts';
import { firstDurations, lastingOf } from '../../../lib/core/memory/lasting.ts';
import { emptyMemory } from '../../../lib/core/memory/memory.ts';
import { openedOnce } from '../changes.ts';
import { Leader } from '../leader.ts';
import {
  answers1,
  answers2,
  channel,
  configured,
  hears1,
  hears2,
  NOW_MS,
  pairWith,
  refused,
  unanswered,
  well1,
  well2,
} from '../world.ts';

/** So many seconds of the same, under leaders that lead for so long each; how the last one leaves, and all that was alerted. */
function ledBy(leader: Leader, seconds: number, termSeconds: number, db1: Saw, db2: Saw) {
  const rows: string[] = [];
  let led = leader;
  for (let second = 1; second <= seconds; second++) {
    rows.push(led.look(1000, db1, db2).row);
    if (second % termSeconds === 0) led = led.leave((second / termSeconds) % 2 === 0 ? 10_000 : -10_000);
  }
  return { led, rows };
}

const codesOf = ({ memory }: Leader) => memory.outbox.map(({ code }) => code);

describe('under leaders that lead for two seconds each, whose clocks differ', () => {
  it('a standby that receives nothing becomes unready, so that its dying holder is not replaced by it', () => {
    const cut = hears2({ io: 'connecting', lagSeconds: null, heardAgoMs: 4000 });
    const { led } = ledBy(new Leader(), 6, 2, well1, cut);
    expect(led.memory.readiness).toMatchObject({ fit: false, isCutOff: true });
  });

  it('and ready again', () => {
    const { led } = ledBy(new Leader(), 6, 2, well1, hears2({ io: 'no', lagSeconds: null }));
    expect(ledBy(led, 10, 2, well1, well2).led.memory.readiness).toMatchObject({ fit: true });
  });

  it('a clock that is off is alerted, once', () => {
    const { led } = ledBy(new Leader(), 60, 2, answers1({ clockOffMs: 5000 }), well2);
    expect(codesOf(led)).toEqual(['clock-off']);
  });

  it('a heartbeat that is barred is alerted, once', () => {
    const heartbeat = { kind: 'barred', because: 'a lock on the table', blocker: null } as const;
    const { led } = ledBy(new Leader(), 60, 2, answers1({ heartbeat }), well2);
    expect(codesOf(led)).toEqual(['heartbeat-barred']);
  });

  it('a holder that cannot replicate is alerted, once', () => {
    const broken = hears1({ sql: 'no', lagSeconds: null, sqlError: { errno: 1062, message: 'duplicate' } });
    const { led } = ledBy(new Leader(configured({ holderReplicationFault: 'page' })), 60, 2, broken, well2);
    expect(codesOf(led)).toEqual(['holder-fails-check']);
  });

  it('a holder that refuses every write is replaced', () => {
    const heartbeat = { kind: 'refused', errno: 1792, message: 'read only' } as const;
    const { rows } = ledBy(new Leader(), 8, 2, answers1({ heartbeat }), well2);
    expect(rows).toContain('holder-stuck');
  });
});

describe('the next leader', () => {
  it('knows what the standby had received, however short the holder was in doubt', () => {
    const leader = new Leader();
    leader.looks(3, 1000, well1, well2);
    leader.look(250, unanswered, well2);
    expect(leader.memory.receivedWhenLost).toBeNull();
    expect(leader.leave().memory).toMatchObject({
      receivedWhenLost: channel().received,
      lastEnds: { last: { node: 'db1' } },
    });
  });

  it('knows that a channel was stopped a moment ago: it has the time to try again before it is a witness', () => {
    const connecting = (heardAgoMs: number) =>
      hears2({ io: 'connecting', lagSeconds: null, heardAgoMs, retrySeconds: 10 });
    const leader = new Leader();
    leader.looks(3, 1000, well1, well2);
    leader.looks(2, 1000, well1, hears2({ io: 'no', lagSeconds: null }));
    leader.look(1000, unanswered, connecting(2000));
    const next = leader.leave();
    expect(
      [1, 2, 3, 4, 5].map((s) => next.look(1000, unanswered, connecting(2000 + s * 1000)).deed),
    ).not.toContain('failover');
  });

  it('knows that a server was stopped: one that is up again within seconds was closed by its start', () => {
    const leader = new Leader(openedOnce);
    leader.look(1000, well1, well2);
    leader.looks(2, 1000, refused, well2);
    leader.looks(2, 1000, answers1({ uptimeSeconds: 1 }), well2);
    leader.look(1000, refused, well2);
    const next = leader.leave();
    const rows = [1, 2, 3].map(
      (uptimeSeconds) => next.look(1000, answers1({ uptimeSeconds, writable: false }), well2).row,
    );
    expect(rows).toContain('holder-read-only');
    expect(rows).not.toContain('writability-changed');
  });

  it('begins anew where the one before has died, or another one led in between', () => {
    const leader = new Leader();
    leader.looks(2, 1000, well1, hears2({ io: 'no', lagSeconds: null }));
    const { memory } = leader.leave();
    const first = (epoch: number) => firstDurations(memory.lasting, pairWith(), epoch, NOW_MS).unreadySinceMs;
    expect([first(8), first(9)]).toEqual([NOW_MS - 1000, NOW_MS]);
    const [one, two] = pairWith().nodes;
    const renamed: Pair = { ...pairWith(), nodes: [{ ...one, name: 'db7' }, two] };
    expect(firstDurations(memory.lasting, renamed, 8, NOW_MS).unreadySinceMs).toBe(NOW_MS);
    expect(adoptMemory(memory, renamed, NOW_MS, 'cccc').lasting).toBeNull();
  });

  it('does not say that the holder alone is lost before it has confirmed that both are, as people know', () => {
    const leader = new Leader();
    leader.looks(5, 1000, well1, unanswered);
    const { led } = ledBy(leader, 40, 10, refused, unanswered);
    expect(codesOf(led)).toContain('both-lost');
    expect(codesOf(led)).not.toContain('holder-lost');
  });

  it('does not take a pair that nobody sees for one in which all is well: what was alerted goes on', () => {
    let leader = new Leader();
    for (let led = 0; led < 4; led++) {
      leader.blind(20_000);
      leader = leader.leave();
    }
    expect(codesOf(leader)).toEqual(['blind']);
  });
});

it('of a steady pair, nothing is written', () => {
  const leader = new Leader();
  leader.looks(5, 1000, well1, answers2({}));
  const before = leader.memory;
  expect(leader.leave().memory).toBe(before);
  expect(lastingOf(noDurations, 1, NOW_MS)).toBeNull();
  expect(emptyMemory.lasting).toBeNull();
});
