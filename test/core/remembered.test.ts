import { expect, test } from 'vitest';
import { remembered } from '../../lib/core/remembered.ts';

test('asked again about the same objects, it makes nothing anew', () => {
  const made: string[] = [];
  const join = remembered((one: { readonly word: string }, other: string, third: number) => {
    made.push(`${one.word} ${other} ${third}`);
    return { text: made.at(-1) };
  }, 2);
  const [first, second] = [{ word: 'a' }, { word: 'a' }];
  const before = join(first, 'b', 1);
  expect(join(first, 'b', 1)).toBe(before);
  expect(join(second, 'b', 1)).not.toBe(before);
  expect(made).toEqual(['a b 1', 'a b 1']);
});

test.each([
  ['the first argument', { word: 'b' }, 'x', 1],
  ['the second', { word: 'a' }, 'y', 1],
  ['the third', { word: 'a' }, 'x', 2],
])('another value of %s gives another result', (_, one, other, third) => {
  const same = { word: 'a' };
  const join = remembered((word: { readonly word: string }, text: string, number: number) => {
    return `${word.word} ${text} ${number}`;
  });
  join(same, 'x', 1);
  expect(join(one, other, third)).toBe(`${one.word} ${other} ${third}`);
});

test('it remembers so many calls, and forgets the oldest first', () => {
  const made: number[] = [];
  const twice = remembered((number: number, _text: string, _flag: boolean) => {
    made.push(number);
    return 2 * number;
  }, 2);
  for (const number of [1, 2, 1, 3, 2, 1]) expect(twice(number, '', true)).toBe(2 * number);
  expect(made).toEqual([1, 2, 3, 1]);
});
