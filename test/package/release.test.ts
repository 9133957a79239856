import { expect, test } from 'vitest';
import { changelogOf, obstacleTo } from '../../tools/package/release.ts';

const changelog =
  '# Changelog\n\n## 0.2.0 (unreleased)\n\n- One thing.\n\n## 0.1.0 (2026-01-01)\n\n- The first.\n';
const ready = { version: '0.2.0', present: '0.1.0', changelog, changes: '', tags: ['v0.1.0'] };

test('a release that is ready has no obstacle', () => {
  expect(obstacleTo(ready)).toBeNull();
  // The first has the version that package.json begins with.
  expect(obstacleTo({ ...ready, present: '0.2.0' })).toBeNull();
});

test.each([
  ['no version', { version: '' }, 'version '],
  ['an older version', { version: '0.0.9' }, 'version 0.0.9'],
  ['a version without an entry', { version: '0.1.10', present: '0.1.9' }, 'no such entry'],
  ['a tag that is there', { tags: ['v0.2.0'] }, 'a tag v0.2.0'],
  ['changes', { changes: ' M lib/a.ts' }, 'a work tree with changes'],
  ['an empty changelog', { changelog: changelog.replace('- One thing.\n', '') }, 'no such entry'],
])('%s is refused', (_, change, got) => {
  expect(obstacleTo({ ...ready, ...change })?.got).toContain(got);
});

test('the entry gets the date', () => {
  expect(changelogOf(changelog, '0.2.0', '2026-02-03')).toBe(
    '# Changelog\n\n## 0.2.0 (2026-02-03)\n\n- One thing.\n\n## 0.1.0 (2026-01-01)\n\n- The first.\n',
  );
});
