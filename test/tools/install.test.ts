import { expect, it } from 'vitest';
import { installPackages } from '../../tools/package/install.ts';

it.each([
  ['that ends well, runs once', [0], 0],
  ['that fails, runs once', [1], 1],
  ['that waits for ever, is begun again', [124, 0], 0],
  ['again and again, is given up', [124, 124, 124], 124],
])('an installation %s', async (_, codes, last) => {
  const ran: string[] = [];
  const ended = await installPackages(['one.tgz'], async (command, words) => {
    ran.push([command, ...words].join(' '));
    return { code: codes[ran.length - 1] ?? 0 };
  });
  expect(ended).toEqual({ code: last });
  expect(ran).toHaveLength(codes.length);
  expect(ran[0]).toMatch(/^timeout .* npm install one\.tgz --prefer-offline/);
});
