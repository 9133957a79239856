import { describe, expect, it, test } from 'vitest';
import { holderHasAll, holderReadAll } from '../../../lib/core/decision/conditions.ts';
import { noPlace } from '../../../lib/core/evidence/log-place.ts';
import type { Server } from '../../../lib/core/evidence/sighting.ts';
import { beyondEndOf, lackOf, leadOf, noLead, unreadOf } from '../../../lib/core/standby/lead.ts';
import {
  answers1,
  answers2,
  channel,
  db1,
  db2,
  holder,
  pairWith,
  position,
  seen,
  standby,
  steady,
  UUID1,
  UUID2,
  UUID3,
} from '../world.ts';

const pair = pairWith();
const closed = (changes: Partial<Server> = {}): Server => ({ ...db1, writable: false, ...changes });
const has = (gtid: string | null) => ({ executed: position(gtid) });
const inbound2 = (received: string) => channel({ received: position(received), applied: position(received) });

describe('who is ahead', () => {
  test.each<[what: string, holder: Server, standby: Server, lead: Partial<typeof noLead>]>([
    ['neither', closed(), db2, {}],
    [
      'a read-only holder lacks what it had sent, and the standby has applied it',
      closed(has(`${UUID1}:1-90`)),
      db2,
      { holderLacksOwn: `10 transactions: ${UUID1}:91-100` },
    ],
    [
      'the same, and the standby has only received it',
      closed(has(`${UUID1}:1-90`)),
      { ...db2, ...has(`${UUID1}:1-80`) },
      { holderLacksOwn: `10 transactions: ${UUID1}:91-100` },
    ],
    [
      'the standby lacks what it had sent, and the holder has forgotten it with a reset of its log',
      {
        ...db1,
        writable: true,
        inbound: channel({ received: position(`${UUID2}:1-9`), applied: position(`${UUID1}:1-100`) }),
      },
      db2,
      {},
    ],
    ['a writable holder is ahead of an earlier look at it', { ...db1, ...has(`${UUID1}:1-90`) }, db2, {}],
    [
      'the holder lacks what the standby wrote',
      closed(),
      { ...db2, ...has(`${UUID1}:1-100,${UUID2}:1-5`) },
      { holderLacksOthers: `5 transactions: ${UUID2}:1-5` },
    ],
    [
      'the holder has received it',
      closed({ inbound: inbound2(`${UUID2}:1-5`) }),
      { ...db2, ...has(`${UUID1}:1-100,${UUID2}:1-5`) },
      {},
    ],
    [
      'the standby lacks what it had sent',
      { ...db1, ...has(`${UUID1}:1-100,${UUID2}:1-9`), writable: true },
      { ...db2, ...has(`${UUID1}:1-100,${UUID2}:1-7`) },
      {
        standbyLacks: `2 transactions: ${UUID2}:8-9`,
        standbyLacksOwn: `2 transactions: ${UUID2}:8-9`,
      },
    ],
    [
      'the standby lacks what the holder has',
      closed(has(`${UUID1}:1-103,${UUID3}:1`)),
      db2,
      { standbyLacks: `4 transactions: ${UUID1}:101-103,${UUID3}:1` },
    ],
    ['without GTIDs, in different log files: not told', closed(has(null)), { ...db2, ...has(null) }, {}],
  ])('%s', (_, holder, standby, lead) => {
    expect(leadOf(pair, holder, standby)).toEqual({ ...noLead, ...lead });
  });

  it('without GTIDs, by the offset in one log file', () => {
    const holder = closed({ executed: position(null, 800) });
    const standby = { ...db2, inbound: channel({ received: position(null, 1000) }), ...has(null) };
    expect(leadOf(pair, holder, standby).holderLacksOwn).toBe('binlog.000003 from 800 to 1000');
    expect(leadOf(pair, { ...holder, executed: position(null, 1000) }, standby)).toEqual(noLead);
    const back = { ...db2, executed: position(null, 700) };
    const reads = { ...db1, ...has(null), inbound: channel({ received: position(null, 900) }) };
    expect(leadOf(pair, reads, back).standbyLacksOwn).toBe('binlog.000003 from 700 to 900');
  });

  it('does not call ahead what both write in the old set-up', () => {
    const standby = { ...db2, ...has(`${UUID1}:1-100,${UUID2}:1-5`) };
    expect(leadOf(pairWith({ writability: 'untouched' }), closed(), standby)).toEqual(noLead);
  });
});

describe('what a restart threw away', () => {
  const back = (executed: string | null, received: string, offset = 1000): Server => ({
    ...db2,
    ...has(executed),
    inbound: channel({ received: { ...position(received), offset }, caughtUp: received === '' }),
  });
  test.each([
    ['all is applied', back(`${UUID1}:1-50`, ''), position(`${UUID1}:1-50`), null],
    [
      'the rest is in its relay log',
      back(`${UUID1}:1-30`, `${UUID1}:31-50`),
      position(`${UUID1}:1-50`),
      null,
    ],
    ['some is gone', back(`${UUID1}:1-30`, ''), position(`${UUID1}:1-50`), `20 transactions: ${UUID1}:31-50`],
    ['it was not seen before', back(`${UUID1}:1-30`, ''), null, 'unknown'],
    ['offsets: all is there', back(null, ''), position(null, 1000), null],
    [
      'offsets: some is gone',
      back(null, '', 700),
      position(null, 1000),
      'the events from binlog.000003:700 to binlog.000003:1000',
    ],
  ])('%s', (_, standby, before, lost) => {
    expect(lackOf(standby, before, UUID1)).toBe(lost);
  });
});

describe('what a node has beyond the end of its closed source', () => {
  const standing = (gtid: string | null, offset = 1000, file = 'binlog.000003') => ({
    executed: position(gtid),
    received: { ...position(gtid, offset), file },
  });
  test.each<[what: string, has: ReturnType<typeof standing>, end: string | null, beyond: string | null]>([
    ['nothing, where it has all', standing(`${UUID1}:1-50`), `${UUID1}:1-50`, null],
    ['nothing, where it lacks some', standing(`${UUID1}:1-40`, 700), `${UUID1}:1-50`, null],
    ['what others wrote does not count', standing(`${UUID1}:1-50,${UUID2}:1-9`), `${UUID1}:1-50`, null],
    ['by GTIDs', standing(`${UUID1}:1-50`), `${UUID1}:1-3`, `47 transactions: ${UUID1}:4-50`],
    ['by places', standing(null, 1200), null, 'the events from binlog.000003:1000 to binlog.000003:1200'],
    [
      'by places, in a later log',
      standing(null, 4, 'binlog.000004'),
      null,
      'the events from binlog.000003:1000 to binlog.000004:4',
    ],
    ['logs of another name cannot be compared', standing(null, 4, 'mysql-bin.000009'), null, null],
  ])('%s', (_, has, end, beyond) => {
    expect(beyondEndOf(has, position(end, 1000), UUID1)).toBe(beyond);
  });

  it('GTIDs say nothing where nobody knows who wrote the history', () => {
    expect(beyondEndOf(standing(`${UUID1}:1-50`), position(`${UUID1}:1-3`, 1000), null)).toBeNull();
  });
});

describe('what is unread by the names of transactions, where no place was read with them', () => {
  const unplaced = (gtid: string) => ({ gtid, ...noPlace });
  const reader = (executed: string, received: string, rest: object = {}): Server => ({
    ...db2,
    executed: unplaced(executed),
    inbound: channel({
      received: unplaced(received),
      applied: unplaced(executed),
      caughtUp: false,
      ...rest,
    }),
  });
  test.each<[what: string, standby: Server, position: string, unread: string | null]>([
    ['it has all', reader(`${UUID1}:1-90`, `${UUID1}:1-100`), `${UUID1}:1-100`, null],
    ['its end is missing', reader(`${UUID1}:1-80`, ''), `${UUID1}:1-100`, `20 transactions: ${UUID1}:81-100`],
    ['a gap', reader(`${UUID1}:1-80:91-100`, ''), `${UUID1}:1-100`, `10 transactions: ${UUID1}:81-90`],
    ['it was set up from a position', reader(`${UUID1}:51-100`, ''), `${UUID1}:1-100`, null],
    ['it has nothing of it', reader('', ''), `${UUID1}:1-100`, `100 transactions: ${UUID1}:1-100`],
    ['somebody else wrote more there', reader(`${UUID1}:1-100`, ''), `${UUID1}:1-100,${UUID3}:1-9`, null],
    ['the other one wrote nothing', reader(`${UUID2}:1-9`, ''), `${UUID2}:1-9`, null],
    ['the other one wrote nothing, and has more', reader(`${UUID2}:1-9`, ''), `${UUID2}:1-10`, 'unknown'],
    [
      'its channel does not use names',
      reader(`${UUID1}:1-80`, '', { received: { gtid: null, ...noPlace } }),
      `${UUID1}:1-100`,
      'unknown',
    ],
  ])('%s', (_, server, gtid, unread) => {
    expect(unreadOf(server, unplaced(gtid), UUID1)).toBe(unread);
  });
});

describe('places in the log of another server say nothing of this one', () => {
  const at = (offset: number) => position(null, offset);
  const follows = (sourceIdentity: string | null) =>
    channel({ sourceIdentity, received: at(2000), applied: at(2000) });
  const replica = (sourceIdentity: string | null) => ({ ...db1, inbound: follows(sourceIdentity) });

  test.each<[what: string, sourceIdentity: string | null, source: string | null, unread: string | null]>([
    ['it follows the one whose log it is', UUID2, UUID2, null],
    ['it follows somebody else', UUID3, UUID2, 'unknown'],
    ['whom it follows is not known', null, UUID2, null],
    ['whose log it is is not known', UUID3, null, null],
  ])('%s', (_, sourceIdentity, source, unread) => {
    expect(unreadOf(replica(sourceIdentity), at(1000), source)).toBe(unread);
  });

  it.each([
    [UUID2, true],
    [UUID3, 'unknown'],
  ])('so a holder that follows %s is known to have all that the standby wrote: %s', (whom, known) => {
    const one = answers1({ executed: at(500), inbound: follows(whom) });
    const two = answers2({ executed: at(1000) });
    expect(holderHasAll(seen(steady, holder(one), standby(two)))).toBe(known);
    expect(holderReadAll(seen(steady, holder(one), standby(two)))).toBe(known === true);
  });
});
