/** How a client in Node names what failed. */
import { expect, test } from 'vitest';
import { codeOf } from '../../../../tools/bench/clients/programs/loop.ts';

test.each([
  ["a server's error by its number", { errno: 1290, code: 'ER_OPTION_PREVENTS_STATEMENT' }, '1290'],
  [
    "a system's error by its name: its number is another on each system",
    { errno: -111, code: 'ECONNREFUSED' },
    'ECONNREFUSED',
  ],
  ["a driver's own error by its name", { code: 'PROTOCOL_CONNECTION_LOST' }, 'PROTOCOL_CONNECTION_LOST'],
  ['an error without either by its kind', new TypeError('x'), 'TypeError'],
  ['what is no error by itself', 'gone', 'gone'],
])('%s', (_, error, code) => {
  expect(codeOf(error)).toBe(code);
});
