/** Which environment a command is about: by its file, whether that is in a clone or in a project of one's own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { configNamed } from '../../lib/cli/config-named.ts';
import type { Place } from '../../lib/cli/operate/invoke.ts';
import { openTarget } from '../../lib/cli/operate/target.ts';
import { small } from '../core/environments.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'keepalambda-target-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test.each(['.ts', '.mts', '.mjs'])('an environment in a file that ends with %s', async (extension) => {
  writeFileSync(path.join(directory, `small${extension}`), `export default ${JSON.stringify(small)};`);
  const places: Place[] = [];
  const target = await openTarget(directory, {}, {}, (place) => {
    places.push(place);
    return () => Promise.reject(new Error('nothing is asked'));
  });
  expect(places).toEqual([{ functionName: 'keepalambda-small-operate', region: small.region }]);
  expect({ environment: target.environment, pairs: target.pairs }).toEqual({
    environment: 'small',
    pairs: ['orders'],
  });
});

test.each(['.ts', '.mts'])(
  'one that is named for check or doctor, in a file that ends with %s',
  async (extension) => {
    writeFileSync(path.join(directory, `small${extension}`), `export default ${JSON.stringify(small)};`);
    expect((await configNamed(directory, 'small')).name).toBe('small');
  },
);
