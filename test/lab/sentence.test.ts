import { expect, test } from 'vitest';
import { sentenceOf } from '../../lab/sentence.ts';

const failover = {
  holderBefore: 'db1',
  holderAfter: 'db2',
  verdicts: ['serving', 'stopped'],
  outageMs: 870,
  lost: 0,
  ok: true,
  wrong: [],
} as const;

test.each<readonly [what: string, change: Partial<Parameters<typeof sentenceOf>[0]>, sentence: string]>([
  ['a death', {}, 'db1 died; db2 took over; clients could not write for 0.87 s; nothing was lost.'],
  [
    'a hang, with a loss',
    { verdicts: ['stuck'], lost: 2, outageMs: 12_345 },
    'db1 got stuck; db2 took over; clients could not write for 12.35 s; 2 acknowledged writes were lost.',
  ],
  [
    'a switchover',
    { pauseMs: 120, outageMs: 120 },
    'db1 handed over to db2; clients wrote without a break; nothing was lost.',
  ],
  [
    'a fault of the standby',
    { holderAfter: 'db1', verdicts: ['serving'], outageMs: 40 },
    'db1 kept the VIP; clients wrote without a break; nothing was lost.',
  ],
  [
    'what is not right',
    { ok: false, lost: 1, wrong: ['stay, expected failover'] },
    'db1 died; db2 took over; clients could not write for 0.87 s; 1 acknowledged write was lost. That is not as it must be: stay, expected failover.',
  ],
])('%s', (_, change, sentence) => {
  expect(sentenceOf({ ...failover, ...change })).toBe(sentence);
});
