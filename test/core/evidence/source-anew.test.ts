/** Whether a channel must forget what it had received, because its source was made anew. */
import { expect, test } from 'vitest';
import type { Server } from '../../../lib/core/evidence/sighting.ts';
import { attachingOf } from '../../../lib/core/evidence/source-anew.ts';
import { channel, db1, db2, position, UUID1, UUID2 } from '../world.ts';

/** db1, which takes writes; its channel from db2 has received these, and applied them. */
const replica = (received: string | null, executed = `${UUID1}:1-100`, caughtUp = true): Server => ({
  ...db1,
  executed: position(executed),
  inbound: channel({ sourceIdentity: UUID2, received: position(received), caughtUp }),
});
const source = (executed: string | null): Server => ({ ...db2, executed: position(executed) });

test.each<[what: string, replica: Server, executed: string | null, attaching: string]>([
  ['names that its source does not know any more', replica(`${UUID2}:1-9`), `${UUID1}:1-100`, 'afresh'],
  ['some of them', replica(`${UUID2}:1-9`, `${UUID2}:5-9`), `${UUID2}:5-9`, 'afresh'],
  ['what its source knows', replica(`${UUID2}:1-9`, `${UUID2}:1-9`), `${UUID2}:1-9`, 'as-it-is'],
  [
    'what it records itself: it would be refused all the same',
    replica(`${UUID2}:1-9`, `${UUID2}:1-9`),
    '',
    'as-it-is',
  ],
  ['names of others: its source asks for its own alone', replica(`${UUID1}:1-9`, ''), '', 'as-it-is'],
  [
    'and its source has what it lacks: that would be sent again',
    replica(`${UUID2}:1-9`, ''),
    `${UUID1}:1`,
    'as-it-is',
  ],
  ['and it has not applied all', replica(`${UUID2}:1-9`, '', false), '', 'as-it-is'],
  ['a place of MariaDB', replica('0-2-9', '0-1-5'), '0-1-5', 'as-it-is'],
  ['nothing, without GTIDs', replica(null), null, 'as-it-is'],
])('it has received %s', (_, has, executed, attaching) => {
  expect(attachingOf(has, source(executed))).toBe(attaching);
});

test('nothing is forgotten where one of the two does not answer', () => {
  expect(attachingOf(null, db2)).toBe('as-it-is');
  expect(attachingOf(replica(`${UUID2}:1-9`), null)).toBe('as-it-is');
});
