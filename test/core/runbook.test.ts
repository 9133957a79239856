import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { type EventCode, events } from '../../lib/core/alert/events.ts';

const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
const codes = Object.keys(events) as EventCode[];

/** The articles by their heading: the anchor that an alert names. */
const articles = new Map(
  runbook
    .split(/^## /m)
    .slice(1)
    .map((article) => [article.slice(0, article.indexOf('\n')), article.slice(article.indexOf('\n'))]),
);

describe('every event has its article under a heading of its code', () => {
  test.each(codes)('%s', (code) => {
    const article = articles.get(code) ?? '';
    const places = ['Description', 'Investigation', 'Resolution'].map((part) =>
      article.indexOf(`\n**${part}.**`),
    );
    expect(places).toEqual([...places].sort((one, other) => one - other));
    expect(places[0]).toBeGreaterThanOrEqual(0);
    for (const part of article.split(/\*\*(?:Description|Investigation|Resolution)\.\*\*/).slice(1))
      expect(part.trim().length).toBeGreaterThan(4);
  });
});

it('the first screen names every event, with a link to its article, and nothing that there is not', () => {
  const table = articles.get('Which alert did you get?') ?? '';
  const named = [...table.matchAll(/^\| \[([a-z0-9-]+)\]\(#([a-z0-9-]+)\)/gm)].map(([, text, anchor]) => [
    text,
    anchor,
  ]);
  expect(named).toEqual(codes.map((code) => [code, code]));
});

it('links lead to headings', () => {
  const anchors = new Set(
    [...articles.keys()].map((heading) => heading.toLowerCase().replaceAll(' ', '-').replaceAll('?', '')),
  );
  const targets = [...runbook.matchAll(/\]\(#([^)]+)\)/g)].map(([, target = '']) => target);
  expect(targets.length).toBeGreaterThan(codes.length);
  for (const target of targets) expect(anchors).toContain(target);
});
