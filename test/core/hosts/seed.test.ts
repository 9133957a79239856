import { expect, it, test } from 'vitest';
import { nextStep } from '../../../lib/core/hosts/host-work.ts';
import {
  parseSeedFacts,
  type SeedFacts,
  type Seeding,
  type SeedServer,
  seedGoals,
  seedMethodOf,
} from '../../../lib/core/hosts/seed.ts';

const seeding: Seeding = { from: 'db2', to: 'db1', method: 'dump', run: 'r1' };
const prepared: SeedFacts = {
  ...parseSeedFacts(
    'phase=prepared\nkept=/var/lib/keepalambda/kept/r1\nplugin=mysql_native_password\nhash=2A41',
  ),
  door: 'closed',
};
const mysql97: SeedServer = { flavor: 'mysql', version: '9.7.4-2', areGtidsOn: true };
const mariadb: SeedServer = { flavor: 'mariadb', version: '10.11.18-MariaDB', areGtidsOn: true };

function next(facts: SeedFacts | null): string {
  const step = nextStep(seedGoals(seeding, facts));
  return step.kind === 'step' ? step.goal.name : step.kind;
}

test.each<[what: string, facts: SeedFacts | null, step: string]>([
  ['nothing has been asked yet', null, 'own-history-kept'],
  ['nothing has begun', parseSeedFacts('phase=none'), 'own-history-kept'],
  [
    'its logs are kept, and it has no password yet',
    parseSeedFacts('phase=prepared\nkept=/k'),
    'own-history-kept',
  ],
  ['its logs are kept', prepared, 'reader-account'],
  ['the other node lets it read', { ...prepared, door: 'open' }, 'data-copied'],
  ['the copy is at work', { ...prepared, phase: 'copying', door: 'open' }, 'data-copied'],
  ['it is copied', { ...prepared, phase: 'copied', door: 'open' }, 'reader-account-dropped'],
  ['it is copied, and the account is gone', { ...prepared, phase: 'copied' }, 'done'],
  [
    'MariaDB: the channel from it does not know the place',
    { ...prepared, phase: 'copied', place: 'unknown' },
    'channel-place',
  ],
])('%s: %o → %s', (_, facts, step) => {
  expect(next(facts)).toBe(step);
});

test.each<[what: string, from: SeedServer, to: SeedServer, because: string | null, method: string]>([
  ['the same MySQL of today', mysql97, mysql97, null, 'clone'],
  ['a clone that failed', mysql97, mysql97, 'the clone failed: ERROR 1046', 'dump'],
  ['another patch release', mysql97, { ...mysql97, version: '9.7.5' }, null, 'dump'],
  [
    'a MySQL before the plugin',
    { ...mysql97, version: '8.0.16' },
    { ...mysql97, version: '8.0.16' },
    null,
    'dump',
  ],
  ['MariaDB', mariadb, mariadb, null, 'dump'],
])('%s: %o → %o', (_, from, to, because, method) => {
  expect(seedMethodOf(from, to, because)).toBe(method);
});

it('refuses another series, and MySQL without GTIDs', () => {
  expect(seedMethodOf(mysql97, mariadb)).toMatchObject({
    got: 'mysql 9.7 to be copied to mariadb 10.11',
    want: 'the same series on both nodes',
  });
  const old = { ...mysql97, areGtidsOn: false };
  expect(seedMethodOf(old, old)).toMatchObject({
    got: 'a MySQL pair without GTIDs',
    remedy: expect.stringContaining('A copy without GTIDs'),
  });
});

it('waits for a copy that is at work, and says how far it is', () => {
  const atWork = { ...prepared, ...parseSeedFacts('phase=copying\nkept=/k\nhash=2A\nat-work=20480') };
  const step = nextStep(seedGoals(seeding, { ...atWork, door: 'open' }));
  const text = 'the copy is at work, 20 MB are on db1 so far';
  expect(step).toMatchObject({ kind: 'step', goal: { name: 'data-copied', atWork: text } });
  const ended = { ...parseSeedFacts('phase=prepared\nkept=/k\nhash=2A'), door: 'open' as const };
  expect(nextStep(seedGoals(seeding, ended))).not.toHaveProperty('goal.atWork');
});

it('reads a phase that it does not know as none', () => {
  expect(parseSeedFacts('phase=$(reboot)\nbecause=a=b').phase).toBe('none');
  expect(parseSeedFacts('because=a=b').because).toBe('a=b');
});
