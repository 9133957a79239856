/**
 * The picture of a page: `node tools/picture.ts PAGE.html PICTURE.png`. The one in the README is of
 * `npm run lab -- --report PAGE.html`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { chromiumIn } from '../lab/servers/chromium.ts';

/** From the top of the page: the head, the whole incident, and the beginning of its first plan. Pixels. */
const size = { width: 1000, height: 1560 };

const [page, picture] = process.argv.slice(2);
if (page === undefined || picture === undefined)
  throw new Error('got no page and picture; want PAGE.html PICTURE.png');
const directory = await mkdtemp(path.join(os.tmpdir(), 'keepalambda-picture-'));
try {
  const browser = await chromium.launch({ executablePath: await chromiumIn(directory) });
  const tab = await browser.newPage({ viewport: size });
  await tab.goto(pathToFileURL(path.resolve(page)).href);
  await tab.screenshot({ path: picture });
  await browser.close();
} finally {
  await rm(directory, { recursive: true, force: true });
}
