import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { countOf, parseSet, renderSet, subtract, withoutOrigin } from '../../../lib/core/evidence/gtid.ts';
import { UUID1, UUID2 } from '../world.ts';

const A = UUID1;
const B = UUID2;

describe('a set as the server prints it', () => {
  test.each<[text: string, printed: string, count: number]>([
    ['', '', 0],
    [`${A}:1`, `${A}:1`, 1],
    [`${A}:1-5`, `${A}:1-5`, 5],
    [`${A}:1-5:8:11-12`, `${A}:1-5:8:11-12`, 8],
    [`${A}:1-5,\n${B}:1-3`, `${A}:1-5,${B}:1-3`, 8],
    [`${A.toUpperCase()}:1-2`, `${A}:1-2`, 2],
    [`${A}:1-3:audit:1-2`, `${A}:1-3,${A}:audit:1-2`, 5],
    ['0-1-100,0-2-150', '0-1:1-100,0-2:1-150', 250],
  ])('%j', (text, printed, count) => {
    expect(renderSet(parseSet(text))).toBe(printed);
    expect(countOf(parseSet(text))).toBe(count);
  });
});

describe('what the first has and the second has not', () => {
  test.each<[from: string, taken: string, rest: string]>([
    [`${A}:1-10`, '', `${A}:1-10`],
    [`${A}:1-10`, `${A}:1-10`, ''],
    [`${A}:1-10`, `${A}:1-7`, `${A}:8-10`],
    [`${A}:1-10`, `${A}:4-6`, `${A}:1-3:7-10`],
    [`${A}:1-10`, `${A}:5-20`, `${A}:1-4`],
    [`${A}:5-6`, `${A}:1-10`, ''],
    [`${A}:1-10`, `${A}:1-3:5:9-12`, `${A}:4:6-8`],
    [`${A}:1-10,${B}:1`, `${A}:1-10`, `${B}:1`],
    [`${A}:1-10`, `${B}:1-10`, `${A}:1-10`],
    ['0-1-100,0-2-5', '0-1-90,0-2-5', '0-1:91-100'],
  ])('%s less %s', (from, taken, rest) => {
    expect(renderSet(subtract(parseSet(from), parseSet(taken)))).toBe(rest);
  });
});

describe('without the transactions of one server', () => {
  test.each<[set: string, identity: string, rest: string]>([
    [`${A}:1-5,${B}:1-3`, A, `${B}:1-3`],
    [`${A}:1-5,${B}:1-3`, A.toUpperCase(), `${B}:1-3`],
    [`${A}:1-3:audit:1-2,${B}:1`, A, `${B}:1`],
    ['0-1-100,0-11-7,3-1-4', 'server_id:1', '0-11:1-7'],
  ])('%s without %s', (set, identity, rest) => {
    expect(renderSet(withoutOrigin(parseSet(set), identity))).toBe(rest);
  });
});

describe('laws', () => {
  const origin = fc.constantFrom(A, B, `${A}:tag`);
  /** A set as numbers, and as the server prints it. */
  const numbers = fc.dictionary(origin, fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1 }));
  const textOf = (set: Readonly<Record<string, readonly number[]>>) =>
    Object.entries(set)
      .map(([of, all]) => [of, ...[...all].sort((one, other) => one - other)].join(':'))
      .join(',');
  const membersOf = (text: string) => {
    const members: string[] = [];
    for (const [of, intervals] of parseSet(text))
      for (const [from, to] of intervals) for (let at = from; at <= to; at += 1) members.push(`${of}:${at}`);
    return members.sort();
  };

  it('subtracts as sets of numbers do', () => {
    fc.assert(
      fc.property(numbers, numbers, (from, taken) => {
        const rest = renderSet(subtract(parseSet(textOf(from)), parseSet(textOf(taken))));
        const without = new Set(membersOf(textOf(taken)));
        expect(membersOf(rest)).toEqual(membersOf(textOf(from)).filter((member) => !without.has(member)));
      }),
    );
  });

  it('leaves nothing of itself, everything less nothing, and no more by subtracting twice', () => {
    fc.assert(
      fc.property(numbers, numbers, (one, other) => {
        const [a, b] = [parseSet(textOf(one)), parseSet(textOf(other))];
        expect(countOf(subtract(a, a))).toBe(0);
        expect(renderSet(subtract(a, new Map()))).toBe(renderSet(a));
        expect(renderSet(subtract(subtract(a, b), b))).toBe(renderSet(subtract(a, b)));
        expect(countOf(subtract(a, b))).toBe(countOf(a) - countOf(subtract(a, subtract(a, b))));
      }),
    );
  });

  it('reads what it prints', () => {
    fc.assert(
      fc.property(numbers, (set) => {
        const printed = renderSet(parseSet(textOf(set)));
        expect(renderSet(parseSet(printed))).toBe(printed);
      }),
    );
  });
});
