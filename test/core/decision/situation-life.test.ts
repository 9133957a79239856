/** Whether the holder lives: what the standby hears of it, and what else speaks for it. */
import { describe, expect, it, test } from 'vitest';
import { without } from '../../../lib/core/decision/safeguards.ts';
import {
  nextBesidePlan,
  nextDurations,
  noDurations,
  type Situation,
} from '../../../lib/core/decision/situation.ts';
import {
  answers2,
  type Change,
  channel,
  configured,
  full,
  hears2,
  holder,
  hung,
  instance,
  lasting,
  lockedOut,
  memory,
  NOW_MS,
  refused,
  seen,
  standby,
  steady,
  UUID3,
  unanswered,
} from '../world.ts';

const withoutWitness: Change = (world) => ({ ...world, safeguards: without('witness') });

describe('the witness: whether the standby still hears the holder', () => {
  test.each<[what: string, changes: readonly Change[], witness: Situation['witness']]>([
    ['heard just now', [standby(hears2({ heardAgoMs: 0 }))], 'hears'],
    ['heard 1.4 s ago', [standby(hears2({ heardAgoMs: 1499 }))], 'hears'],
    ['heard 1.5 s ago', [standby(hears2({ heardAgoMs: 1500 }))], 'does-not-hear'],
    [
      'heard 1 s ago, and only mysqld is silent',
      [holder(hung), standby(hears2({ heardAgoMs: 1000 }))],
      'does-not-hear',
    ],
    [
      'heard 0.9 s ago, and only mysqld is silent',
      [holder(hung), standby(hears2({ heardAgoMs: 999 }))],
      'hears',
    ],
    ['not read yet', [standby(hears2({ io: 'connecting', heardAgoMs: null }))], 'unknown'],
    ['connecting', [standby(hears2({ io: 'connecting', heardAgoMs: 0 }))], 'does-not-hear'],
    [
      'IO thread No: stopped by a command or by its own error',
      [standby(hears2({ io: 'no', heardAgoMs: 0 }))],
      'unknown',
    ],
    [
      'refused by its source',
      [standby(hears2({ io: 'connecting', ioError: { errno: 1045, message: 'Access denied' } }))],
      'turned-away',
    ],
    [
      'cannot reach its source',
      [standby(hears2({ io: 'connecting', ioError: { errno: 2003, message: "Can't connect" } }))],
      'does-not-hear',
    ],
    [
      'restarted since it last heard',
      [standby(answers2({ uptimeSeconds: 3, inbound: channel({ io: 'connecting', heardAgoMs: 3000 }) }))],
      'not-yet',
    ],
    [
      'restarted, and has tried to connect since, in vain',
      [
        standby(answers2({ uptimeSeconds: 13, inbound: channel({ io: 'connecting', heardAgoMs: 13_000 }) })),
        lasting({ asked: { node: 'db2', atMs: NOW_MS - 500 } }),
      ],
      'does-not-hear',
    ],
    [
      'restarted, and has heard since',
      [standby(answers2({ uptimeSeconds: 3, inbound: channel({ io: 'connecting', heardAgoMs: 2000 }) }))],
      'does-not-hear',
    ],
    ['following a stranger', [standby(hears2({ heardAgoMs: 0, sourceIdentity: UUID3 }))], 'unknown'],
    ['no replication', [standby(answers2({ inbound: { kind: 'unconfigured' } }))], 'unknown'],
    ['the witness does not answer us', [standby(unanswered)], 'unasked'],
    ['the witness refuses our login', [standby(lockedOut)], 'unasked'],
    ['the witness has no room for us', [standby(full)], 'unasked'],
    ['the witness is stopped', [standby(refused)], 'unasked'],
    [
      'the witness has no room for us, and answers on the connection that we kept',
      [
        standby(
          answers2({ loginRefused: { errno: 1040, message: 'full' }, inbound: channel({ heardAgoMs: 0 }) }),
        ),
      ],
      'hears',
    ],
    ['safeguard out', [standby(hears2({ heardAgoMs: 0 })), withoutWitness], 'does-not-hear'],
    [
      'a setting of its own',
      [configured({ settings: { witnessMs: 200 } }), standby(hears2({ heardAgoMs: 300 }))],
      'does-not-hear',
    ],
  ])('%s', (_, changes, witness) => {
    expect(seen(steady, holder(unanswered), ...changes).witness).toBe(witness);
  });
});
describe('whether a holder lives that does not answer us', () => {
  test.each<[what: string, changes: readonly Change[], life: Situation['life']]>([
    ['silent, and nobody hears it', [holder(unanswered), standby(hears2({ io: 'connecting' }))], 'dead'],
    ['silent, and the standby has no room for us', [holder(unanswered), standby(full)], 'unsure'],
    ['silent, and the standby refuses our login', [holder(unanswered), standby(lockedOut)], 'unsure'],
    ['silent, and the standby is stopped', [holder(unanswered), standby(refused)], 'unsure'],
    ['its port refuses us, and the standby has no room for us', [holder(refused), standby(full)], 'unsure'],
    ['its port refuses us, and so does that of the standby', [holder(refused), standby(refused)], 'unsure'],
    [
      'EC2 reports that it has stopped, and the standby has no room for us',
      [holder(unanswered), standby(full), instance('db1', 'stopped')],
      'dead',
    ],
  ])('%s', (_, changes, life) => {
    expect(seen(steady, ...changes).life).toBe(life);
  });

  const cannotSay = [holder(unanswered), standby(hears2({ io: 'no', heardAgoMs: 30_000 }))];
  const untoldFor = (forMs: number) => lasting({ untoldSinceMs: NOW_MS - forMs });
  test.each<[what: string, changes: readonly Change[], life: Situation['life']]>([
    ['it was not proven dead', [], 'lives'],
    ['it was proven dead', [memory({ lostAtMs: NOW_MS - 30_000 })], 'unsure'],
    ['for less than 8 s since', [memory({ lostAtMs: NOW_MS - 30_000 }), untoldFor(7999)], 'unsure'],
    ['for 8 s since', [memory({ lostAtMs: NOW_MS - 30_000 }), untoldFor(8000)], 'lives'],
  ])('the channel of the standby is stopped, so it cannot say: %s', (_, changes, life) => {
    expect(seen(steady, ...cannotSay, ...changes).life).toBe(life);
  });

  it('counts since when the standby cannot say of one that was proven dead', () => {
    const dead = memory({ lostAtMs: NOW_MS - 30_000 });
    const since = (...changes: readonly Change[]) =>
      nextDurations(noDurations, seen(steady, ...cannotSay, ...changes)).untoldSinceMs;
    expect([since(dead), since(), since(dead, standby(hears2({ io: 'connecting' })))]).toEqual([
      NOW_MS,
      null,
      null,
    ]);
  });

  it('while a plan is carried out as well; EC2, which shows that its instance has stopped, tells it', () => {
    const dead = memory({ lostAtMs: NOW_MS - 30_000 });
    const since = (untoldSinceMs: number | null, ...changes: readonly Change[]) =>
      nextBesidePlan({ ...noDurations, untoldSinceMs }, seen(steady, ...cannotSay, dead, ...changes))
        .untoldSinceMs;
    const isStopped = instance('db1', 'stopped');
    expect([since(null), since(NOW_MS - 9000), since(NOW_MS - 9000, isStopped)]).toEqual([
      NOW_MS,
      NOW_MS - 9000,
      null,
    ]);
  });
});
