/** What a client's lines come to. */
import { expect, test } from 'vitest';
import { reckon, SILENT_MS } from '../../../../tools/bench/clients/reckoning.ts';
import { type ClientLine, readLine } from '../../../../tools/bench/clients/words.ts';

const acknowledged = (seq: number, atMs: number): ClientLine => ({
  kind: 'acknowledged',
  seq,
  sentMs: atMs - 5,
  atMs,
});
const failed = (seq: number, atMs: number, code: string): ClientLine => ({
  kind: 'failed',
  seq,
  sentMs: atMs - 5,
  atMs,
  code,
});
const rows = (...seqs: readonly number[]) => seqs.map((seq) => ({ client: 'one', seq }));

test('an outage is between the two acknowledged writes around the fault, whatever failed in it', () => {
  const lines = [
    acknowledged(1, 100),
    acknowledged(2, 1900),
    failed(3, 2050, '2013'),
    failed(4, 2600, '2003'),
    failed(5, 3100, '2003'),
    acknowledged(6, 3600),
    acknowledged(7, 3700),
  ];
  expect(reckon('one', lines, { sinceMs: 2000, untilMs: 3800 }, rows(1, 2, 6, 7))).toEqual({
    outageMs: 1700,
    acknowledged: 4,
    failed: 3,
    errors: { '2003': 2, '2013': 1 },
    lost: 0,
  });
});

test('a longer pause and an error of before the fault are none of its own', () => {
  const lines = [failed(1, 50, '2003'), acknowledged(2, 100), acknowledged(3, 1990), acknowledged(4, 2090)];
  const {
    outageMs,
    failed: count,
    errors,
  } = reckon('one', lines, { sinceMs: 2000, untilMs: 2100 }, rows(2, 3, 4));
  expect({ outageMs, count, errors }).toEqual({ outageMs: 100, count: 0, errors: {} });
});

test.each([
  ['silent when watching ends: no end', SILENT_MS, null],
  ['about to write the next: an end', SILENT_MS - 1, SILENT_MS - 1],
])('%s', (_, silentMs, outageMs) => {
  const lines = [acknowledged(1, 1990), acknowledged(2, 2100)];
  expect(reckon('one', lines, { sinceMs: 2000, untilMs: 2100 + silentMs }, rows(1, 2)).outageMs).toBe(
    outageMs,
  );
});

test('who never wrote has an outage without an end', () => {
  expect(reckon('one', [failed(1, 2100, '1045')], { sinceMs: 2000, untilMs: 2200 }, []).outageMs).toBeNull();
});

test("what was acknowledged and is not on the holder is lost; another client's row stands for none", () => {
  const lines = [acknowledged(1, 1000), acknowledged(2, 1990), acknowledged(3, 2100)];
  const found = [...rows(1, 3), { client: 'other', seq: 2 }];
  expect(reckon('one', lines, { sinceMs: 2000, untilMs: 2200 }, found).lost).toBe(1);
});

test('a line of the protocol is read, and any other is named', () => {
  const line = acknowledged(1, 100);
  expect(readLine(JSON.stringify(line))).toEqual(line);
  expect(() => readLine('Traceback')).toThrow('a client said Traceback, which is no line of the protocol');
  expect(() => readLine('{"kind":"failed","seq":1,"sentMs":1,"atMs":2}')).toThrow('no line of the protocol');
});
