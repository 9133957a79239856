/** What `host-facts` prints → facts. */
import { expect, it } from 'vitest';
import { isWholeAnswer, parseHostFacts } from '../../../lib/core/setup/facts.ts';
import { fresh } from './facts.ts';

const of = (...more: readonly string[]) => parseHostFacts([...fresh('8.4.1'), ...more].join('\n'));

it('reads variables, lines of our file and sources, with an equals sign in a value', () => {
  const facts = of('file=[mysqld]', 'file=server-id=7', 'source=10.0.1.12', 'heartbeat=1');
  expect(facts.configuration).toEqual(['[mysqld]', 'server-id=7']);
  expect(facts).toMatchObject({ server: 'up', sources: ['10.0.1.12'], heartbeat: true, tables: 0 });
  expect(facts.running.get('bind_address')).toBe('127.0.0.1');
});

it('takes a list of GTIDs that SSM cut off for none, so that nothing passes for a copy by it', () => {
  expect(of('executed=aaaa:1-5,bbbb:1-').executed).toBe('');
  expect(of('executed=aaaa:1-5', 'end=yes').executed).toBe('aaaa:1-5');
});

it('reads how far a copy is, and takes a phase of before the data for begun', () => {
  const begun = { run: 's-1', phase: 'begun', atWorkKb: null };
  expect(of().copy).toBeNull();
  expect(of('copy-run=s-1', 'copy-phase=copying', 'copy-at-work=2048', 'reader=1')).toMatchObject({
    copy: { run: 's-1', phase: 'copying', atWorkKb: 2048 },
    reader: true,
  });
  expect(of('copy-run=s-1', 'copy-phase=prepared').copy).toEqual(begun);
  expect(of('copy-run=s-1').copy).toEqual(begun);
});

it('reads what is set later, and sizes only where all of them were told', () => {
  expect(of('later=/etc/my.cnf line 9:bind-address=::1', 'later=/a line 2:skip-log-bin').later).toEqual([
    { where: '/etc/my.cnf line 9', text: 'bind-address=::1' },
    { where: '/a line 2', text: 'skip-log-bin' },
  ]);
  const sizes = ['data-kb=10', 'room-kb=20', 'logs-kb=0', 'kept-kb=30'];
  expect(of(...sizes).disk).toEqual({ dataKb: 10, roomKb: 20, logsKb: 0, keptKb: 30 });
  expect(of(...sizes.slice(1)).disk).toBeNull();
  expect(of(...sizes, 'data-kb=').disk).toBeNull();
});

it('reads an account with all that it is granted', () => {
  const grants = ['GRANT USAGE ON *.*', 'GRANT SELECT, INSERT ON `keepalambda`.`heartbeat`'];
  const facts = of(
    'monitor=0123456789abcdef',
    ...grants.map((grant) => `monitor-grant=${grant}`),
    'schema=1',
  );
  expect(facts.monitor).toEqual({ mark: '0123456789abcdef', grants });
  expect(facts.replication).toEqual({ mark: '', grants: [] });
  expect(facts).toMatchObject({ schema: true, heartbeat: false });
});

it('takes what was not printed for down and empty', () => {
  expect(parseHostFacts('')).toMatchObject({
    server: 'down',
    configuration: [],
    sources: [],
    vipBound: false,
  });
});

it.each([
  ['all but the end of the GTIDs', [...fresh('8.4.1'), 'reader=0', 'executed=aaaa:1-'], true],
  ['no count of tables', fresh('8.4.1').slice(0, -1), false],
  ['nothing', [], false],
  ['a server that is down', ['unit=mysqld', 'server=down', 'because=ERROR 2002'], true],
])('knows half an answer from a whole one: %s', (_, lines, isWhole) => {
  expect(isWholeAnswer(lines.join('\n'))).toBe(isWhole);
});
