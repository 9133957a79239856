/** A page in Debian's Chromium, while somebody works with it. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { chromiumIn } from '../../lab/servers/chromium.ts';

/** Opens an empty tab of this size, gives the work its page, and the way to open an address in it. */
export async function inTab<T>(
  viewport: { readonly width: number; readonly height: number },
  work: (tab: Page, open: (url: string) => Promise<void>) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'keepalambda-tab-'));
  try {
    const browser = await chromium.launch({ executablePath: await chromiumIn(directory) });
    try {
      const tab = await browser.newPage({ viewport });
      return await work(tab, async (url) => void (await tab.goto(url)));
    } finally {
      await browser.close();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
