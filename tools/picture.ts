/**
 * The picture of a page: `node tools/picture.ts PAGE.html PICTURE.png`. The one in the README is of
 * `npm run lab -- --report PAGE.html`.
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { inTab } from './page/tab.ts';

/** From the top of the page: the head, the whole incident, and the beginning of its first plan. Pixels. */
const size = { width: 1000, height: 1560 };

const [page, picture] = process.argv.slice(2);
if (page === undefined || picture === undefined)
  throw new Error('got no page and picture; want PAGE.html PICTURE.png');
await inTab(size, async (tab, open) => {
  await open(pathToFileURL(path.resolve(page)).href);
  await tab.screenshot({ path: picture });
});
