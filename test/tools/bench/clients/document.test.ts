/** The printed part of docs/clients.md, and the figures that it is printed from. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { LabError } from '../../../../lab/errors.ts';
import { writeDocument } from '../../../../tools/bench/clients/command.ts';
import { begin, end, renderPart, rowsOf, withPrinted } from '../../../../tools/bench/clients/document.ts';
import { benchFigures, clientRecord } from '../../../../tools/bench/clients/figures.ts';
import { figures } from './figures.ts';

const docs = new URL('../../../../docs/', import.meta.url);
const kept = clientRecord.parse(JSON.parse(readFileSync(new URL('clients.json', docs), 'utf8')));

test('a row for each client, with its errors counted and an outage that had no end named', () => {
  expect(rowsOf(figures)).toEqual([
    ['mysqld-hang', 'mysql2', 'default', '**no end within 60 s**', '0', 'none', '0'],
    ['mysqld-hang', 'pymysql', 'recommended', '5.51 s', '3', '2003 (2), 2013', '1'],
  ]);
});

test('it says on which day, on what machine, and explains the clients that it has, no others', () => {
  const text = renderPart({ 'mysql-5.6': figures });
  expect(text).toContain('Measured on 2026-11-26');
  expect(text).toContain('which were busy (load 11)');
  expect(text).toContain('- **pymysql**');
  expect(text).not.toContain('- **mysqlclient**');
  const quiet = { ...figures, machine: { cpus: 2, load: 0.4 } };
  expect(renderPart({ 'mysql-5.6': quiet })).not.toContain('busy');
});

test('what is written by hand stays, and printing again changes nothing', () => {
  const text = `# By hand\n\n${begin}\nold\n${end}\n\nalso by hand\n`;
  const once = withPrinted(text, { 'mysql-5.6': figures });
  expect(once).toMatch(/^# By hand\n\n/);
  expect(once).toMatch(/\n\nalso by hand\n$/);
  expect(once).not.toContain('\nold\n');
  expect(withPrinted(once ?? '', { 'mysql-5.6': figures })).toBe(once);
  expect(withPrinted('# By hand\n', { 'mysql-5.6': figures })).toBeNull();
});

test('docs/clients.md is printed from docs/clients.json', () => {
  const text = readFileSync(new URL('clients.md', docs), 'utf8');
  expect(withPrinted(text, kept)).toBe(text);
});

test('docs/clients.json has at least five clients, each with both kinds of settings in all four faults', () => {
  for (const { clients } of Object.values(kept)) {
    const names = new Set(clients.map(({ client }) => client));
    expect(names.size).toBeGreaterThanOrEqual(5);
    const cases = new Set(clients.map(({ client, settings, fault }) => `${client} ${settings} ${fault}`));
    expect(cases.size).toBe(names.size * 2 * 4);
  }
});

describe('the schema of --json', () => {
  it('takes what is printed, through JSON', () => {
    expect(benchFigures.parse(JSON.parse(JSON.stringify(figures)))).toEqual(figures);
  });

  const [first] = figures.clients;
  it.each([
    ['an unknown fault', { ...figures, clients: [{ ...first, fault: 'earthquake' }] }],
    ['an unknown client', { ...figures, clients: [{ ...first, client: 'telnet' }] }],
    ['an outage that is no number', { ...figures, clients: [{ ...first, outageMs: 'long' }] }],
    ['a figure that it does not know', { ...figures, clients: [{ ...first, moved: true }] }],
    ['no client at all', { ...figures, clients: [] }],
    ['a day that is none', { ...figures, measuredOn: 'yesterday' }],
  ])('refuses %s', (_, wrong) => {
    expect(benchFigures.safeParse(wrong).success).toBe(false);
  });
});

describe('writing', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'keepalambda-clients-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const read = (name: string) => readFileSync(path.join(directory, name), 'utf8');

  it('keeps the figures of other servers, and replaces those of its own', async () => {
    await writeDocument(directory, figures);
    await writeDocument(directory, { ...figures, server: 'mariadb-10.11' });
    await writeDocument(directory, { ...figures, watchedMs: 30_000 });
    const record = clientRecord.parse(JSON.parse(read('clients.json')));
    expect(Object.keys(record)).toEqual(['mysql-5.6', 'mariadb-10.11']);
    expect(record['mysql-5.6']?.watchedMs).toBe(30_000);
    expect(read('clients.md')).toContain('no end within 30 s');
  });

  it('refuses a document without marks, and leaves both files alone', async () => {
    writeFileSync(path.join(directory, 'clients.md'), '# By hand\n');
    await expect(writeDocument(directory, figures)).rejects.toThrow(LabError);
    expect(read('clients.md')).toBe('# By hand\n');
    expect(() => read('clients.json')).toThrow('ENOENT');
  });
});
