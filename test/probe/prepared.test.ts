/** When a statement is prepared, and what happens where it cannot be. */
import { expect, test } from 'vitest';
import { askAgain } from '../../lib/probe/prepared.ts';

const failed = (errno: number) => Object.assign(new Error(`error ${errno}`), { errno });
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** What was sent, in its order, for so many times of the same question. */
async function sent(
  times: number,
  answers: { prepare?: () => Promise<void>; execute?: () => Promise<void> } = {},
) {
  const words: string[] = [];
  const ask = askAgain(
    async (_, values) => {
      words.push('text');
      return [{ values }];
    },
    async () => {
      words.push('prepare');
      await answers.prepare?.();
      return async (values) => {
        words.push('execute');
        await answers.execute?.();
        return [{ values }];
      };
    },
  );
  for (let time = 0; time < times; time += 1) {
    const asked = ask('SELECT ?', [time]);
    expect(await asked).toEqual([{ values: [time] }]);
    await settled();
  }
  return words.join(' ');
}

test('it is prepared behind its second answer', async () => {
  expect(await sent(1)).toBe('text');
  expect(await sent(4)).toBe('text text prepare execute execute');
});

test('it stays text where the server has no room for another statement (ER_MAX_PREPARED_STMT_COUNT_REACHED)', async () => {
  const prepare = () => Promise.reject(failed(1461));
  expect(await sent(4, { prepare })).toBe('text text prepare text text');
});

test('it goes as text while its preparation is under way', async () => {
  const prepare = () => new Promise<void>(() => {});
  expect(await sent(4, { prepare })).toBe('text text prepare text text');
});

test.each([1243, 1615])(
  'error %i is of its preparation: it is asked as text at once, and from then on',
  async (errno) => {
    const execute = () => Promise.reject(failed(errno));
    expect(await sent(4, { execute })).toBe('text text prepare execute text text');
  },
);

test('any other error is the answer', async () => {
  const execute = () => Promise.reject(failed(1142));
  await expect(sent(3, { execute })).rejects.toThrow('error 1142');
});
