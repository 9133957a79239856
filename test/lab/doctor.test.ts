/** Every finding of doctor is seen on a real pair, or it is said why it is not. */
import { expect, it } from 'vitest';
import { ofHosts } from '../../lab/doctor/of-hosts.ts';
import { brokenPairs } from '../../lab/doctor/scenario.ts';
import { rules } from '../../lib/core/doctor/doctor.ts';
import { hostRules } from '../../lib/core/doctor/rules-host.ts';

const all = [...brokenPairs, ...ofHosts];
const ids = [...rules, ...hostRules].map(({ id }) => id);

/** Shown by `test/core/doctor` alone. */
const notInTheLab = {
  'server-uuid-same': 'the pair would never replicate again',
  'clock-off': 'both servers have the clock of this machine',
  'certificate-expires': 'a server makes its certificate for ten years',
  'version-backwards': 'both servers are of one version',
  'versions-differ': 'both servers are of one version',
  'tls-off': 'the pair of the lab has it: it is in the baseline',
} as const;

it('every rule has a broken pair', () => {
  const broken = new Set([...all.map(({ finds }) => finds), ...Object.keys(notInTheLab)]);
  expect(ids.filter((id) => !broken.has(id))).toEqual([]);
});

it('every broken pair has a rule, or is about EC2 or a node that does not answer', () => {
  const known = new Set([...ids, 'no-room-for-vip', 'node-not-read']);
  expect(all.map(({ finds }) => finds).filter((id) => !known.has(id))).toEqual([]);
});

it('at least thirty can be broken on each server, each by a name of its own', () => {
  const names = all.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const dialect of ['mysql-5', 'mysql-8', 'mariadb'] as const) {
    const here = brokenPairs.filter(({ notOn }) => notOn?.[dialect] === undefined);
    expect(here.length).toBeGreaterThanOrEqual(30);
  }
});
