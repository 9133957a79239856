/** Every document: its form, and that no value can be more than a value. */
import { describe, expect, it } from 'vitest';
import { documents } from '../../lib/stack/documents/index.ts';

it('the VIP is an address of IPv4 and nothing else', () => {
  const pattern = new RegExp(documents['bind-vip'].parameters?.Vip?.allowedPattern ?? '');
  for (const [value, fits] of [
    ['10.0.1.10', true],
    ['10.0.1.256', false],
    ['', false],
  ] as const)
    expect(pattern.test(value), value).toBe(fits);
});

describe.each(Object.entries(documents))('%s', (_, document) => {
  it('is of schema 2.2, with a limit in time', () => {
    expect(document.schemaVersion).toBe('2.2');
    expect(Number(document.mainSteps[0].inputs.timeoutSeconds)).toBeGreaterThan(0);
  });

  it('takes only values of a pattern, as variables', () => {
    for (const [name, parameter] of Object.entries(document.parameters ?? {})) {
      expect(parameter.interpolationType).toBe('ENV_VAR');
      const pattern = new RegExp(parameter.allowedPattern);
      const [good = []] = [values[name]];
      expect(good.length, `values of ${name}`).toBeGreaterThan(0);
      for (const value of good) expect(pattern.test(value), `${name}: ${value}`).toBe(true);
      for (const value of good.flatMap(hostile)) expect(pattern.test(value), `${name}: ${value}`).toBe(false);
    }
  });
});

/** Values that a parameter is given in life. */
const values: Readonly<Record<string, readonly string[]>> = {
  Log: ['/var/lib/mysql/binlog', '/data/mysql-8.0/log.bin'],
  Transactions: [
    'NONE',
    '11111111-1111-1111-1111-111111111111:1-5:8,22222222-2222-2222-2222-222222222222:tag:3',
    '0-1:5-9',
  ],
  Place: ['NONE', 'binlog.000003:1200'],
  Run: ['rebuild-1', '0f1e2d3c.A_b'],
  Action: ['look'],
  Answering: ['spare', 'restart'],
  Plugin: ['NONE', 'caching_sha2_password', 'mysql_native_password'],
  Hash: ['NONE', '2A41'],
  Position: ['NONE', '0-1-5,1-2-7'],
  From: ['10.0.1.11'],
  Port: ['3306'],
  Method: ['clone', 'dump'],
  Writable: ['allow', 'refuse'],
  Vip: ['10.0.1.10', '255.255.255.255'],
  Started: ['17', '18446744073709551615'],
  Boot: ['0f1e2d3c-0a1b-4c2d-9e8f-0123456789ab'],
  Bound: ['yes', 'no'],
  Monitor: ['keepalambda', 'kl.monitor-2'],
  Replication: ['keepalambda_repl'],
  User: ['keepalambda', 'K_1'],
  Use: ['monitor', 'replication'],
  Key: ['0'.repeat(40), 'AF'.repeat(70)],
  Tls: ['NONE', 'SSL'],
  ServerId: ['1', '4294967295'],
  Offset: ['1', '2'],
  Domain: ['0', '4294967295'],
  ReadOnly: ['0', '1'],
  KeepDays: ['7', '365'],
  BinaryLog: ['/var/lib/mysql/binlog', '/data/mysql-8.0/log.bin'],
  Bind: ['*', '0.0.0.0', '::', '10.0.1.11,fe80::1', 'db1.shop-internal.example'],
  SkipNames: ['0', '1'],
  Verb: ['make', 'see', 'drop'],
  Side: ['1', '2'],
  Room: ['yes', 'no'],
};

/** A command, a statement, a line of a file of its own, or nothing: behind the value, before it, or in its place. */
function hostile(value: string): readonly string[] {
  const evil = [
    '; reboot',
    '$(reboot)',
    '`reboot`',
    '\nreboot',
    '\n[client]',
    "'; DROP DATABASE app; --",
    '" x',
    ' x',
    '\\',
    '|x',
    '&x',
    '>x',
    '\u0000',
    'é',
    '{{Vip}}',
  ];
  return [...evil.flatMap((text) => [`${value}${text}`, `${text}${value}`, text]), '', '-', '-h'];
}
