/** The page in a real browser: Debian's Chromium, which is fetched the first time. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumIn } from '../../../lab/servers/chromium.ts';
import { done, type HistoryRow } from '../../../lib/core/operator/reply.ts';
import { lengthText } from '../../../lib/core/page/axis.ts';
import { renderPage } from '../../../lib/core/page/page.ts';
import type { Report } from '../../../lib/core/page/report.ts';
import { longIncident, realIncident } from '../../../tools/page/incidents.ts';
import { runLine } from '../../cli/surroundings.ts';
import { hostile, hostileIncident } from './incidents.ts';

const { source: axe } = createRequire(import.meta.url)('axe-core') as { readonly source: string };

let directory = '';
let browser: Browser;
const incidents: Record<string, readonly HistoryRow[]> = {};
beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'keepalambda-page-'));
  browser = await chromium.launch({ executablePath: await chromiumIn(path.join(directory, 'browser')) });
  const rows = await realIncident();
  Object.assign(incidents, { real: rows, hostile: hostileIncident(rows), long: longIncident(rows, 2000) });
  for (const [name, some] of Object.entries(incidents))
    await writeFile(
      fileOf(name),
      renderPage({ place: 'prod/orders', title: 'Incident 41c0ffee', rows: some }),
    );
}, 600_000);
afterAll(async () => {
  await browser?.close();
  await rm(directory, { recursive: true, force: true });
});

function fileOf(name: string): string {
  return path.join(directory, `${name}.html`);
}

interface Opened {
  readonly page: Page;
  /** What the console said, and what was asked for beside the file. */
  readonly complaints: readonly string[];
}

async function open(name: string, scheme: 'light' | 'dark' = 'light', width = 1100): Promise<Opened> {
  const page = await browser.newPage({ colorScheme: scheme, viewport: { width, height: 900 } });
  const url = pathToFileURL(fileOf(name)).href;
  const complaints: string[] = [];
  page.on('console', (message) => void complaints.push(message.text()));
  page.on('pageerror', (error) => void complaints.push(error.message));
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('data:')) complaints.push(request.url());
  });
  await page.goto(url);
  return { page, complaints };
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

it.each([
  ['real', 'light', 1100],
  ['real', 'dark', 1100],
  ['real', 'light', 400],
  ['real', 'dark', 400],
  ['hostile', 'light', 400],
] as const)('%s, %s, %i px: nothing to complain of', async (name, scheme, width) => {
  const { page, complaints } = await open(name, scheme, width);
  await page.evaluate(axe);
  const violations = await page.evaluate<readonly Violation[]>(
    'axe.run(document, { preload: false }).then(({ violations }) => violations)',
  );
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  expect(complaints).toEqual([]);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
  await page.close();
});

it('what people typed is text', async () => {
  const { page } = await open('hostile');
  const text = await page.textContent('body');
  for (const typed of [hostile.node, hostile.by, hostile.why.replace('\u202e', '\\u202e')])
    expect(text).toContain(typed);
  expect(await page.title()).toBe('prod/orders Incident 41c0ffee');
  expect(await page.locator('script, img, h1 ~ h1').count()).toBe(0);
  await page.close();
});

it('2,000 rows are a page that a browser lays out: few enough elements, each row or its number', async () => {
  const { page, complaints } = await open('long');
  expect(complaints).toEqual([]);
  expect(await page.evaluate('document.querySelectorAll("*").length')).toBeLessThan(40_000);
  await page.close();
});

it('on paper it is black on white, whatever the screen is', async () => {
  const { page } = await open('real', 'dark');
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
  await page.close();
});

it('its figures are those of --json', async () => {
  const rows = incidents.real ?? [];
  const file = fileOf('asked');
  const invoke = async () => done(['…'], { action: 'history', rows: rows.toReversed() });
  const { out, code } = await runLine(['incident', '41c0ffee', 'orders', '--json', '--html', file], {
    invoke,
  });
  expect(code).toBe(0);
  const { report } = JSON.parse(out) as { readonly report: Report };
  const { page } = await open('asked');
  const shown = (name: string) => page.locator(`[data-figure="${name}"]`).first().textContent();
  expect(await shown('vip')).toBe(`${report.holderBefore} → ${report.holderAfter}`);
  expect(await shown('plans')).toBe(String(report.plans.length));
  expect(await shown('alerts')).toBe(String(report.alerts));
  expect(await shown('length')).toBe(lengthText(report.lengthMs));
  for (const { plan, tookMs, steps } of report.plans) {
    expect(await page.locator(`[data-plan="${plan}"] [data-figure="took"]`).textContent()).toBe(
      lengthText(tookMs),
    );
    for (const { step, tookMs: stepMs } of steps) {
      const line = page.locator('.steps tr', { has: page.locator('th', { hasText: step }) });
      expect(await line.locator('.length').allTextContents()).toContain(
        stepMs === null ? '' : lengthText(stepMs),
      );
    }
  }
  await page.close();
});
