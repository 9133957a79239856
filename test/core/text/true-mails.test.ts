/** What an alert says of clients, of the choice of a person and of the cause is what was seen, in whatever situation it is made. */
import { describe, expect, it, test } from 'vitest';
import type { Alert } from '../../../lib/core/alert/incident.ts';
import { decide, rows } from '../../../lib/core/decision/decision.ts';
import { noDurations, type Situation } from '../../../lib/core/decision/situation.ts';
import { noteDecision } from '../../../lib/core/memory/note-decision.ts';
import { commandsOf, headlineOf, writesOf } from '../../../lib/core/text/alert-text.ts';
import { causeText } from '../../../lib/core/text/cause-text.ts';
import { samples } from '../any-situation.ts';
import { deaf, failing, flapped, lasting, stopped } from '../changes.ts';
import { stories } from '../stories.ts';
import { type Change, seen, steady } from '../world.ts';
import { place } from './place.ts';

const everywhere: readonly Situation[] = [
  ...samples.slice(0, 10_000),
  ...stories.map(([, , changes]) => seen(steady, ...changes)),
];

/** The alerts that the situation makes, each with the row that decided. */
function alertsOf(situation: Situation): readonly (readonly [row: string, alert: Alert])[] {
  const decision = decide(situation);
  const { memory } = situation;
  const after = noteDecision(memory, decision, situation, noDurations, 'i1');
  const known = new Set(memory.outbox);
  return after.outbox.filter((one) => !known.has(one)).map((one) => [decision.row.name, one] as const);
}

/** Of all situations, the alerts of which this is not so: their row, code, headline and what they say of clients. */
function wrong(isRight: (situation: Situation, alert: Alert, row: string) => boolean): readonly string[] {
  const found = everywhere.flatMap((situation) =>
    alertsOf(situation)
      .filter(([row, alert]) => !isRight(situation, alert, row))
      .map(
        ([row, alert]) =>
          `${row} ${alert.code}: ${headlineOf(alert, place)} (${writesOf(alert)}; ${alert.cost ?? ''})`,
      ),
  );
  return [...new Set(found)].slice(0, 10);
}

test('the situations make alerts of most kinds that a decision makes', () => {
  const codes = new Set(everywhere.flatMap((situation) => alertsOf(situation).map(([, { code }]) => code)));
  const paged = new Set(rows.flatMap(({ does }) => does.filter((deed) => deed.startsWith('page '))));
  expect([...paged].filter((page) => !codes.has(page.slice(5) as Alert['code']))).toEqual([]);
});

describe('in every situation', () => {
  it('no alert says that clients can write where no write was seen, or that they cannot where one was', () => {
    expect(
      wrong(({ isServed }, alert) => (isServed ? writesOf(alert) !== 'no' : writesOf(alert) !== 'yes')),
    ).toEqual([]);
  });

  it('no alert is headed CANNOT WRITE unless it says so of now', () => {
    expect(
      wrong((_, alert) => !headlineOf(alert, place).startsWith('CANNOT WRITE') || writesOf(alert) === 'no'),
    ).toEqual([]);
  });

  it('no alert names an outage as certain of which it says that it is not', () => {
    expect(
      wrong((_, alert) => !alert.cost?.startsWith('Clients have not') || writesOf(alert) === 'no'),
    ).toEqual([]);
  });

  it('no alert gives a command that loses writes where nothing is seen of both nodes', () => {
    expect(
      wrong(
        ({ blind, vip }, alert) =>
          blind === null || vip === 'unheld' || !commandsOf(alert, place).join().includes('--force'),
      ),
    ).toEqual([]);
  });

  it('no alert says the same reason twice', () => {
    expect(
      wrong(({ fitness: { reasons } }, alert) =>
        reasons.every((reason) => alert.happened.split(reason).length <= 2 || reason.length < 20),
      ),
    ).toEqual([]);
  });

  it('a subject says that the check fails only where the row is that of the check', () => {
    const causes = everywhere.flatMap((situation) => {
      const { row, measure } = decide(situation);
      if (measure.kind !== 'act') return [];
      const cause = causeText(situation, { requestId: null, by: 'keepalambda', row: row.name });
      return cause.includes('fails the check') && row.name !== 'holder-fails-check' ? [row.name] : [];
    });
    expect(causes).toEqual([]);
  });
});

test('every row that moves the roles has a cause of its own', () => {
  const moving = rows.filter(({ does }) =>
    does.some((deed) => deed === 'plan failover' || deed === 'plan switchover'),
  );
  for (const { name } of moving) {
    const cause = causeText(seen(steady), { requestId: null, by: 'keepalambda', row: name });
    if (name !== 'holder-lost' && name !== 'holder-stuck') expect(cause, name).not.toBe(name);
  }
});

describe('a headline fits the case', () => {
  const headline = (...changes: readonly Change[]) =>
    alertsOf(seen(steady, ...changes)).map(([, alert]) => headlineOf(alert, place));

  test.each<[what: string, changes: readonly Change[], want: readonly string[]]>([
    [
      'the flap guard, of a holder that serves',
      [failing, lasting, flapped],
      ['db1 fails the check, and no automatic failover follows for now'],
    ],
    [
      'the flap guard, of a lost one',
      [stopped, deaf, flapped],
      ['CANNOT WRITE: no more automatic failovers for now'],
    ],
  ])('%s', (_, changes, want) => {
    expect(headline(...changes)).toEqual(want);
  });
});
