/** Which copy setup goes on with. */
import { expect, it, test } from 'vitest';
import { runToGoOnWith, seedServerOf, setupRun } from '../../../lib/core/setup/copy.ts';
import type { HostCopy } from '../../../lib/core/setup/facts.ts';
import { hostWith } from './facts.ts';

const run = 's-order-1';
test.each<[copy: HostCopy | null, reader: boolean, goesOnWith: string | null]>([
  [null, false, null],
  [{ run, phase: 'begun', atWorkKb: null }, false, run],
  [{ run, phase: 'copying', atWorkKb: 5 }, true, run],
  [{ run, phase: 'copied', atWorkKb: null }, true, run],
  [{ run, phase: 'copied', atWorkKb: null }, false, null],
  [{ run: 'r-order-1', phase: 'copying', atWorkKb: null }, true, null],
])('%o, the account that reads is there: %s → %s', (copy, reader, goesOnWith) => {
  const [host, peerHost] = [hostWith('9.7.1', { copy }), hostWith('9.7.1', { reader })];
  expect(runToGoOnWith({ host, peerHost })).toBe(goesOnWith);
});

it('makes an id that a document takes, and that it knows again', () => {
  const id = setupRun('an order; reboot');
  expect(id).toBe('s-an-order--reboot');
  const host = hostWith('9.7.1', { copy: { run: id, phase: 'begun', atWorkKb: null } });
  expect(runToGoOnWith({ host, peerHost: hostWith('9.7.1') })).toBe(id);
  expect(setupRun('x'.repeat(100))).toHaveLength(64);
});

it.each([
  ['5.6.24', 'ON', { flavor: 'mysql', version: '5.6.24', areGtidsOn: true }],
  ['9.7.1', 'OFF', { flavor: 'mysql', version: '9.7.1', areGtidsOn: false }],
  ['10.11.6-MariaDB', '', { flavor: 'mariadb', version: '10.11.6-MariaDB', areGtidsOn: true }],
])('says of %s with gtid_mode %s what a copy depends on', (version, mode, server) => {
  expect(seedServerOf(hostWith(version, { running: new Map([['gtid_mode', mode]]) }))).toEqual(server);
});
