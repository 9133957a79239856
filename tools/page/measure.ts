/** How large the page of the longest history is, and how long a browser takes to lay it out: `npm run bench -- --page`. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { HISTORY_MAX } from '../../lib/core/operator/request.ts';
import { renderPage } from '../../lib/core/page/page.ts';
import { longIncident, realIncident } from './incidents.ts';
import { inTab } from './tab.ts';

export interface PageFigures {
  readonly rows: number;
  readonly bytes: number;
  readonly elements: number;
  /** From the request for the file until all of it is laid out: the median of the runs. Milliseconds. */
  readonly laidOutMs: number;
  /** The processor time of the browser's main thread for that, which a busy machine does not stretch. The median. Milliseconds. */
  readonly cpuMs: number;
}

/** How often it is opened: an odd number. */
const RUNS = 5;
const size = { width: 1100, height: 900 };

/** Runs the command; gives back its exit code. */
export async function measurePage({ json }: { readonly json: boolean }): Promise<number> {
  const figures = await measure();
  console.log(json ? JSON.stringify(figures) : renderPageFigures(figures));
  return 0;
}

/** `2,000 rows: 0.45 MB, 1,234 elements, laid out after 412 ms (380 ms of CPU)`. */
export function renderPageFigures({ rows, bytes, elements, laidOutMs, cpuMs }: PageFigures): string {
  const count = (value: number) => value.toLocaleString('en');
  return `${count(rows)} rows: ${(bytes / 1e6).toFixed(2)} MB, ${count(elements)} elements, laid out after ${count(laidOutMs)} ms (${count(cpuMs)} ms of CPU)`;
}

async function measure(): Promise<PageFigures> {
  const rows = longIncident(await realIncident(), HISTORY_MAX);
  const text = renderPage({ place: 'prod/orders', title: 'Incident 41c0ffee', rows });
  const directory = await mkdtemp(path.join(os.tmpdir(), 'keepalambda-page-'));
  const file = path.join(directory, 'page.html');
  try {
    await writeFile(file, text);
    return await inTab(size, async (tab, open) => {
      const times: number[] = [];
      const cpuTimes: number[] = [];
      const cpuMs = await cpuMeter(tab);
      for (let run = 0; run < RUNS; run += 1) {
        await open('about:blank');
        const [beganMs, cpuBeganMs] = [performance.now(), await cpuMs()];
        await open(pathToFileURL(file).href);
        await tab.evaluate('document.documentElement.scrollHeight');
        times.push(performance.now() - beganMs);
        cpuTimes.push((await cpuMs()) - cpuBeganMs);
      }
      return {
        rows: rows.length,
        bytes: Buffer.byteLength(text),
        elements: await tab.locator('*').count(),
        laidOutMs: medianOf(times),
        cpuMs: medianOf(cpuTimes),
      };
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Reads how much processor time the main thread of the page has had. Milliseconds. */
async function cpuMeter(tab: Page): Promise<() => Promise<number>> {
  const session = await tab.context().newCDPSession(tab);
  await session.send('Performance.enable');
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'ThreadTime')?.value ?? 0) * 1000;
  };
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0);
}
