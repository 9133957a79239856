/** The page as text: what it shows of hostile names, how large it gets, and that its figures are those of the rows. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { HistoryRow } from '../../../lib/core/operator/reply.ts';
import { lengthText, offsetText, placeOn, ticksOf } from '../../../lib/core/page/axis.ts';
import { lanesOf } from '../../../lib/core/page/lanes.ts';
import { renderPage } from '../../../lib/core/page/page.ts';
import { reportOf } from '../../../lib/core/page/report.ts';
import { longIncident, realIncident } from '../../../tools/page/incidents.ts';
import { hostileIncident } from './incidents.ts';

let rows: readonly HistoryRow[] = [];
beforeAll(async () => {
  rows = await realIncident();
});

const pageOf = (some: readonly HistoryRow[]) =>
  renderPage({ place: 'prod/orders', title: 'Incident 41c0ffee', rows: some });

describe('the figures of an incident', () => {
  it('say which way the VIP went, in what time, and how long each step took', () => {
    const { holderBefore, holderAfter, plans } = reportOf(rows);
    expect([holderBefore, holderAfter]).toEqual(['db1', 'db2']);
    const [failover] = plans;
    expect(failover).toMatchObject({ of: 'failover', from: 'db1', to: 'db2', ending: 'completed' });
    const took = failover?.steps.map(({ tookMs }) => tookMs ?? -1) ?? [];
    expect(took.length).toBeGreaterThan(4);
    expect(Math.min(...took)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...took)).toBeLessThanOrEqual(failover?.tookMs ?? 0);
  });

  it('begin with what was first decided or alerted, not with a picture of the time before', () => {
    const first = rows.find(({ what }) => what !== 'seen');
    expect(rows[0]?.what).toBe('seen');
    expect(reportOf(rows).beganAtMs).toBe(first?.atMs);
  });

  it('know where the VIP is from the plan that moved it, before it was seen there', () => {
    const moved = rows.findIndex(({ detail }) => detail?.kind === 'plan');
    const early = rows
      .slice(0, moved + 1)
      .filter(({ detail }) => detail?.kind !== 'seen' || detail.vip === 'db1');
    expect(reportOf(early).holderAfter).toBe('db2');
    const [vip] = lanesOf(early, (early.at(-1)?.atMs ?? 0) + 1000);
    expect(vip?.stretches.map(({ text }) => text)).toEqual(['db1', 'db2']);
  });

  it('of no rows are empty', () => {
    expect(reportOf([])).toMatchObject({ rows: 0, plans: [], holderAfter: null });
    expect(pageOf([])).toContain('Nothing was moved');
  });
});

describe('the timeline', () => {
  it('shows the death of the holder from each vantage, and its return', () => {
    const lanes = lanesOf(rows, reportOf(rows).endedAtMs);
    const of = (name: string) =>
      lanes
        .find((lane) => lane.group === 'db1' && lane.name === name)
        ?.stretches.map(({ text }) => text)
        .filter((text) => text !== 'no data');
    expect(of('verdict')).toEqual(['serving', 'stopped', 'serving']);
    expect(of('from a')?.slice(0, 3)).toEqual(['answers', 'refused', 'answers']);
    expect(of('writes')?.[0]).toBe('takes writes');
    expect(of('writes')?.at(-1)).toBe('read-only');
  });

  it('has stretches that touch and do not overlap', () => {
    for (const { stretches } of lanesOf(rows, reportOf(rows).endedAtMs))
      stretches.slice(1).forEach(({ fromMs }, index) => {
        expect(fromMs).toBe(stretches[index]?.toMs);
      });
  });
});

describe('the axis', () => {
  it.each([
    [0, 1400, ['+0 s', '+0.2 s', '+0.4 s', '+0.6 s', '+0.8 s', '+1 s', '+1.2 s', '+1.4 s']],
    [-500, 2000, ['-0.5 s', '+0 s', '+0.5 s', '+1 s', '+1.5 s', '+2 s']],
    [0, 600_000, ['+0 s', '+2 min', '+4 min', '+6 min', '+8 min', '+10 min']],
    [0, 30 * 86_400_000, ['+0 s', '+120 h', '+240 h', '+360 h', '+480 h', '+600 h', '+720 h']],
  ])('from %i to %i has round moments', (fromMs, toMs, texts) => {
    expect(ticksOf({ fromMs, toMs, zeroMs: 0 }).map(({ text }) => text)).toEqual(texts);
  });

  it('places what is outside at its ends', () => {
    const span = { fromMs: 1000, toMs: 2000, zeroMs: 1000 };
    expect([0, 1000, 1250, 2000, 9000].map((atMs) => placeOn(span, atMs))).toEqual([0, 0, 25, 100, 100]);
  });

  it('has lengths as people say them', () => {
    expect([412, 12_000, 80_000, 7_500_000].map(lengthText)).toEqual([
      '0.41 s',
      '12 s',
      '1 min 20 s',
      '2 h 5 min',
    ]);
    expect(offsetText(-500)).toBe('-0.5 s');
  });
});

describe('the page', () => {
  it('asks for nothing, and runs nothing', () => {
    const page = pageOf(rows);
    expect(page).not.toMatch(/<script|<img|<iframe|@import|url\(|src=| on[a-z]+="/i);
    expect(page).toContain("default-src 'none'");
    expect([...page.matchAll(/href="([^"]*)"/g)].map(([, to]) => to)).toEqual(['data:,']);
  });

  it('has no tag of what people typed', () => {
    const page = pageOf(hostileIncident(rows));
    const tags = (text: string) => new Set([...text.matchAll(/<\/?([a-z0-9]+)/g)].map(([, tag]) => tag));
    expect(tags(page)).toEqual(tags(pageOf(rows)));
    expect(page).toContain('&lt;script&gt;document.title=&quot;hacked&quot;&lt;/script&gt;');
    expect(page).toContain('\\u202egnp.exe');
    expect(page).not.toContain('\u202e');
  });

  it('with 2,000 of the longest rows is below 2 MB, and says how many it leaves out', () => {
    const long = longIncident(rows, 2000);
    const page = pageOf(long);
    expect(Buffer.byteLength(page)).toBeLessThan(2_000_000);
    const [, left] = /(\d+) rows are not shown here/.exec(page) ?? [];
    const shown = [...page.matchAll(/<td class="when small">epoch/g)].length;
    expect(shown + Number(left)).toBe(2000);
  });
});
