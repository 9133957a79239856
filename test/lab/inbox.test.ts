/** The golden mails of the lab's faults: that each fault has some, what is compared of a mail, and what is not. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { faults } from '../../lab/faults/index.ts';
import { goldenFile, readGolden } from '../../lab/inbox/file.ts';
import { mergedWith, parseGolden, renderGolden, wrongsOfLetters } from '../../lab/inbox/golden.ts';
import { lettersOf } from '../../lab/inbox/letters.ts';
import { maskedLines } from '../../lab/inbox/mask.ts';
import { secretIn, secrets, wrongsOfMail } from '../../lab/mails.ts';
import { type EventCode, events } from '../../lib/core/alert/events.ts';

describe('each fault has golden mails', () => {
  it.each(Object.entries(faults))('%s: of each alert that it must bring', (name, { alerts }) => {
    const golden = readGolden(name);
    expect(golden.map(({ code }) => code).toSorted()).toEqual([...alerts].toSorted());
    for (const { lines } of golden) {
      const texts = lines.map(({ text }) => text);
      const subject = texts.find((text) => text.startsWith('Subject: '))?.slice('Subject: '.length) ?? null;
      const message = texts.join('\n');
      expect(wrongsOfMail({ subject, message })).toEqual([]);
      expect(secretIn(message, secrets)).toBeNull();
    }
  });

  it.each(Object.keys(faults))('%s: each says what its event means', (name) => {
    for (const { code, lines } of readGolden(name)) {
      const texts = lines.map(({ text }) => text);
      const from = texts.indexOf('MEANING') + 1;
      const said = texts.slice(from, texts.indexOf('', from));
      expect(said).toEqual(maskedLines(`  ${events[code as EventCode].meaning}`));
    }
  });

  it('and none is of a fault that there is not', () => {
    const files = readdirSync(path.dirname(goldenFile('any')));
    expect(files.toSorted()).toEqual(
      Object.keys(faults)
        .map((name) => `${name}.txt`)
        .toSorted(),
    );
  });
});

describe('two runs in which the same happened have the same lines', () => {
  test.each([
    ['FAILED OVER db1 -> db2 in 1.9 s, no loss seen: x', 'FAILED OVER db1 -> db2 in 12 s, loss unknown: x'],
    ['its port refuses connections (1 look).', 'its port refuses connections (3 looks).'],
    [
      'db1 stopped (seen from b, a), db2 serving (seen from b).',
      'db1 stopped (seen from a), db2 serving (seen from a, b).',
    ],
    ['done (close from a: connect ECONNREFUSED 127.0.3.11:3306)', 'done (close from b: read ETIMEDOUT)'],
    [
      '  Event   failover-done (critical, alert 588b7a40-failover-done-1)',
      '  Event   failover-done (critical, alert 4b4a2228-failover-done-3)',
    ],
    [
      'it lacks 3cfae8ae-e91c-11f1-bd97-02fc00000001:1-5,7',
      'it lacks 7edeec99-e91c-11f1-bd97-02fc00000001:28',
    ],
    ['Time  2026-11-26 20:42:07 UTC', 'Time  2026-11-27 00:00:00 UTC'],
    ['paused until 21:05 UTC (5 min)', 'paused until 00:10 UTC (2 h 5 min)'],
  ])('%s', (one, other) => {
    expect(maskedLines(one)).toEqual(maskedLines(other));
  });
});

describe('what differs in what happened, differs', () => {
  test.each([
    ['FAILED OVER db1 -> db2 in 1.9 s', 'FAILED OVER db2 -> db1 in 1.9 s'],
    [
      'SWITCHED OVER db1 -> db2 in 1.9 s, nothing lost',
      'SWITCHED OVER db1 -> db2 in 1.9 s, 2 transactions lost',
    ],
    ['fence db1: done (it is closed)', 'fence db1: not possible, the plan goes on (it is closed)'],
    ['Clients can write: yes.', 'Clients can write: no.'],
    ['Data loss: none.', 'Data loss: unknown (a position of db1 was never read).'],
  ])('%s', (one, other) => {
    expect(maskedLines(one)).not.toEqual(maskedLines(other));
  });
});

it('a sentence is a line, with the indent of its paragraph', () => {
  expect(
    maskedLines('  It took 3.1 s (holder-lost). db1 was not closed. If it is alive, stop it.\n'),
  ).toEqual(['  It took N s (holder-lost).', '  db1 was not closed.', '  If it is alive, stop it.']);
});

const letter = (code: string, ...lines: readonly string[]) => ({ code, lines });
const first = mergedWith([], [letter('failover-done', 'head', 'fenced', 'end')], ['failover-done']);

describe('a run is judged by the golden mails', () => {
  it('what is as before is right, and so is an alert of which they know nothing', () => {
    const letters = [letter('failover-done', 'head', 'fenced', 'end'), letter('lag', 'anything')];
    expect(wrongsOfLetters(first, letters)).toEqual([]);
  });

  it.each([
    ['a line that is gone', letter('failover-done', 'head', 'end'), ['failover-done: no line "fenced"']],
    [
      'one that is new',
      letter('failover-done', 'head', 'fenced', 'alas', 'end'),
      ['failover-done: a line that is new: "alas"'],
    ],
    [
      'another order of lines',
      letter('failover-done', 'head', 'end', 'fenced'),
      [expect.anything(), expect.anything()],
    ],
  ])('%s is wrong', (_, brought, wrongs) => {
    expect(wrongsOfLetters(first, [brought])).toEqual(wrongs);
  });

  it('one of several alerts of a code is enough', () => {
    const right = letter('failover-done', 'head', 'fenced', 'end');
    const letters = [letter('failover-done', 'of the slow machine'), right];
    expect(wrongsOfLetters(first, letters)).toEqual([]);
    expect(mergedWith(first, letters, [])).toEqual(first);
  });

  it('another order of alerts is wrong', () => {
    const two = mergedWith(first, [letter('all-clear', 'head')], ['all-clear']);
    const letters = [letter('all-clear', 'head'), letter('failover-done', 'head', 'fenced', 'end')];
    expect(wrongsOfLetters(two, letters)).toEqual([
      'all-clear, failover-done in this order, want failover-done, all-clear',
    ]);
  });
});

describe('a run that is taken over', () => {
  const both = mergedWith(first, [letter('failover-done', 'head', 'not fenced', 'end')], []);

  it('marks what the two do not have in common, and both are right then', () => {
    expect(renderGolden(both)).toBe('=== failover-done\n  head\n? fenced\n? not fenced\n  end\n');
    for (const line of ['fenced', 'not fenced'])
      expect(wrongsOfLetters(both, [letter('failover-done', 'head', line, 'end')])).toEqual([]);
    expect(wrongsOfLetters(both, [letter('failover-done', 'head')])).toEqual([
      'failover-done: no line "end"',
    ]);
  });

  it('is read as it was written', () => {
    expect(parseGolden(renderGolden(both))).toEqual(both);
    expect(parseGolden(renderGolden([]))).toEqual([]);
  });

  it('brings no alert that need not come', () => {
    expect(mergedWith(first, [letter('lag', 'anything')], ['failover-done'])).toEqual(first);
  });
});

describe('a mail', () => {
  const attributes = (...codes: readonly string[]) => ({ event: JSON.stringify(codes) });

  it('of one alert has its subject, unless it was cut, where its figures decide', () => {
    const mail = { message: 'head\n', attributes: attributes('failover-done') };
    const subjectOf = (subject: string) => lettersOf([{ ...mail, subject }])[0]?.lines[0];
    expect(subjectOf('[lab/orders] FAILED OVER')).toBe('Subject: [lab/orders] FAILED OVER');
    expect(subjectOf('[lab/orders] FAILED OVER in 3...')).toBe('Subject: [lab/orders] (cut)');
  });

  it('of two alerts is two letters', () => {
    const rule = '='.repeat(72);
    const message = [
      '2 alerts',
      '',
      rule,
      'orders: one',
      'Event  lag (x)',
      rule,
      'orders: two',
      'Event  blind (x)',
    ].join('\n');
    const mail = { subject: '[lab/orders] two', message, attributes: attributes('lag', 'blind') };
    expect(lettersOf([mail])).toEqual([
      { code: 'lag', lines: ['Subject: [lab/orders] one', '', 'one', 'Event  lag (x)'] },
      { code: 'blind', lines: ['Subject: [lab/orders] two', '', 'two', 'Event  blind (x)'] },
    ]);
  });
});
