/** A holder that nobody of ours gets to is asked through its standby: what comes of the question. */
import { expect, it } from 'vitest';
import { askSource } from '../../lib/watch/ask-source.ts';
import type { DatabasePort } from '../../lib/watch/ports/database.ts';
import { PortError } from '../../lib/watch/ports/port-error.ts';
import { pairWith } from '../core/world.ts';

const answering = (answers: boolean) => async () => ({ answers });
const failing = (error: Error) => async () => {
  throw error;
};

it.each<[what: string, reconnect: DatabasePort['reconnect'], said: string | null]>([
  ['it answers', answering(true), 'answers'],
  ['nobody does', answering(false), 'silent'],
  [
    'the standby cannot ask',
    failing(new PortError('unsuccessful', 'no right to stop a channel')),
    'cannot-say',
  ],
  ['the question did not get there', failing(new PortError('timeout', 'no answer')), null],
  ['something else went wrong, and the pair must be judged again', failing(new TypeError('a bug')), null],
])('%s', async (_, reconnect, said) => {
  const ports = { database: { reconnect } as DatabasePort, clock: { nowMs: () => 7, sleep: async () => {} } };
  const expected = said === null ? null : { node: 'db2', said, atMs: 7 };
  expect(await askSource(pairWith(), ports, 'db2', null)).toEqual(expected);
});
