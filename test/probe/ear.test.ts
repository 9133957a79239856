/** What is heard of a channel between two whole rows, and when only a whole row will do. */
import { expect, it, test } from 'vitest';
import { inboundOf, isCaughtUp, readChannel } from '../../lib/probe/channel-rows.ts';
import type { StatusRow } from '../../lib/probe/columns.ts';
import { byEar, readEar } from '../../lib/probe/ear.ts';
import { readPulse } from '../../lib/probe/pulse-row.ts';
import { mysql97 } from './rows.ts';

const channelRow: StatusRow = mysql97.channel;
const pulse = readPulse(mysql97.pulse);
const last = readChannel([channelRow], pulse, { address: 'x', identity: null });
if (last === null) throw new Error('the rows have a channel');
const uuid = last.sourceIdentity ?? '';
const received = last.received.gtid ?? '';
const heard = (change: Partial<Record<'source' | 'io' | 'errno' | 'received', string>> = {}) => {
  const words = { source: uuid, io: 'ON', errno: '0', received, ...change };
  const values = ['7', words.source, words.io, words.errno, words.received];
  return readEar({ e: values.join('|') });
};

it('reads the row, with line breaks in long sets', () => {
  expect(heard({ received: 'a:1-2,\nb:1' })).toEqual({
    heartbeats: 7,
    source: uuid,
    io: 'yes',
    errno: 0,
    received: 'a:1-2,b:1',
  });
  expect(readEar(undefined)).toBeNull();
});

const more = `${received},${uuid}:4000-4001`;

it('has the GTIDs of this look, and is not caught up by an offset of an earlier one', () => {
  const channel = byEar(last, heard({ received: more }), { ...pulse, executed: more });
  expect(channel).toMatchObject({ received: { gtid: more }, applied: { gtid: more } });
  expect(channel && isCaughtUp(channel, 0)).toBe(true);
  const behind = channel && { ...channel, applied: { ...channel.received, gtid: received } };
  expect(behind && isCaughtUp(behind, 0)).toBe(false);
});

it('is sent without the places of the whole row before: they are older than its GTIDs', () => {
  const channel = byEar(last, heard({ received: more }), { ...pulse, executed: more });
  const beside = { heardAgoMs: 0, receivedAgoMs: 0, applierBlocked: null };
  const unplaced = { gtid: more, file: '', offset: 0 };
  expect(inboundOf(channel, pulse, beside)).toMatchObject({ received: unplaced, applied: unplaced });
  expect(inboundOf(last, pulse, beside)).toMatchObject({ received: last.received, applied: last.applied });
});

/** It had received more by the look before. */
const hasMore = { ...last, received: { ...last.received, gtid: more } };

test('what has come in since the look before may still be applied: no whole row is read for it', () => {
  const channel = byEar(last, heard({ received: more }), pulse);
  expect(channel).toMatchObject({ received: { gtid: more }, isByEar: true });
  expect(channel && isCaughtUp(channel, 0)).toBe(false);
  expect(channel && byEar(channel, heard({ received: more }), pulse)).toBeNull();
});

test.each([
  ['another source', byEar(last, heard({ source: 'another' }), pulse)],
  ['the receiver is connecting', byEar(last, heard({ io: 'CONNECTING' }), pulse)],
  ['the receiver was stopped', byEar(last, heard({ io: 'OFF' }), pulse)],
  ['the receiver has an error', byEar(last, heard({ errno: '2003' }), pulse)],
  ['the applier had time, and has not applied it', byEar(hasMore, heard({ received: more }), pulse)],
  ['no GTID was received', byEar(last, heard({ received: '' }), pulse)],
  ['the channel did not run', byEar({ ...last, sql: 'no' }, heard(), pulse)],
  ['GTIDs are off, or do not say all', byEar(last, heard(), { ...pulse, executed: null })],
  ['the server does not tell', byEar(last, null, pulse)],
])('only a whole row tells: %s', (_, channel) => {
  expect(channel).toBeNull();
});

it('will do while all runs', () => {
  expect(byEar(last, heard(), pulse)).toMatchObject({ io: 'yes', sql: 'yes', isByEar: true });
});

test('a channel that has never received anything is followed by ear, until it does', () => {
  const silent = { ...last, received: { ...last.applied, gtid: '' } };
  const channel = byEar(silent, heard({ received: '' }), pulse);
  expect(channel).toMatchObject({ received: { gtid: '' }, isByEar: true });
  expect(channel && isCaughtUp(channel, 0)).toBe(true);
  expect(byEar(silent, heard(), pulse)).toBeNull();
  const behind = { ...silent, received: { ...silent.received, offset: silent.applied.offset + 1 } };
  expect(byEar(behind, heard({ received: '' }), pulse)).toBeNull();
});
