/** The documents that repair a service by a restart. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import type { HostDocument } from '../../lib/core/hosts/host-document.ts';
import { calls, install, makeHost, runDocument } from './document-host.ts';

/** As for a node that is lost. */
const spare = { SSM_Answering: 'spare' };

describe('restart', () => {
  test.each<[units: string[], document: HostDocument, text: string]>([
    [['mysqld'], 'restart-mysqld', 'mysqld restarted'],
    [['mysql'], 'restart-mysqld', 'mysql restarted'],
    [['mariadb'], 'restart-mysqld', 'mariadb restarted'],
    [['keepalived', 'mysqld'], 'restart-keepalived', 'keepalived restarted'],
  ])('on a host with %s: %s → %s', async (units, document, text) => {
    expect(await runDocument(makeHost(units), document, spare)).toEqual({ code: 0, text });
  });

  it.each<[what: string, client: string]>([
    ['answers', 'echo 1'],
    ['refuses root', 'echo "ERROR 1045 (28000): Access denied for user" >&2; exit 1'],
    ['is full', 'echo "mysql: [Warning] A" >&2; echo "ERROR 1040 (HY000): Too many connections" >&2; exit 1'],
  ])(
    'leaves a server alone that %s on its own host, unless it is to be restarted for good',
    async (_, client) => {
      const host = makeHost(['mysqld']);
      install(host, 'mysql', client);
      expect(await runDocument(host, 'restart-mysqld', spare)).toEqual({
        code: 0,
        text: 'mysqld answers on its own host: left alone',
      });
      expect(calls(host).filter((call) => /stop|kill|systemctl start/.test(call))).toEqual([]);
      const ordered = await runDocument(host, 'restart-mysqld', { SSM_Answering: 'restart' });
      expect(ordered).toEqual({ code: 0, text: 'mysqld restarted' });
    },
  );

  it.each<[what: string, client: string]>([
    ['has no socket', 'echo "ERROR 2002 (HY000): Can\'t connect to local server" >&2; exit 1'],
    ['greets nobody', 'echo "ERROR 2013 (HY000): Lost connection at \'reading initial packet\'" >&2; exit 1'],
    ['answers no statement', 'sleep 20'],
  ])('restarts a server that %s', async (_, client) => {
    const host = makeHost(['mysqld']);
    install(host, 'mysql', client);
    expect(await runDocument(host, 'restart-mysqld', spare)).toEqual({ code: 0, text: 'mysqld restarted' });
  });

  it('says so where there is no such service', async () => {
    const outcome = await runDocument(makeHost(['keepalived']), 'restart-mysqld', spare);
    expect(outcome).toEqual({
      code: 3,
      text: expect.stringMatching(/^got no unit of a server on this host;/),
    });
  });

  it('kills what does not stop, and starts it all the same', async () => {
    const host = makeHost(['mysqld'], 'if [ "$1" = stop ]; then exit 1; fi');
    const outcome = await runDocument(host, 'restart-mysqld', spare);
    expect(outcome).toEqual({ code: 0, text: 'mysqld did not stop in 45 s: killed\nmysqld restarted' });
    expect(calls(host)).toContain('systemctl kill --signal=SIGKILL mysqld.service');
  });

  it('leaves a service alone that is starting: stopped in its crash recovery, it would begin again', async () => {
    const host = makeHost(['mysqld'], 'if [ "$1" = is-active ]; then echo activating; exit 3; fi');
    expect(await runDocument(host, 'restart-mysqld', spare)).toEqual({
      code: 0,
      text: 'mysqld is starting (crash recovery takes its time): left alone',
    });
    expect(calls(host).filter((call) => /stop|kill|systemctl start/.test(call))).toEqual([]);
  });

  it('fails when it does not start, or does not stay', async () => {
    const broken = makeHost(['mysqld'], 'if [ "$1" = start ]; then exit 1; fi');
    expect(await runDocument(broken, 'restart-mysqld', spare)).toMatchObject({
      code: 1,
      text: expect.stringMatching(/^mysqld did not start: journalctl -u mysqld /),
    });
    const short = makeHost(['mysqld'], 'if [ "$1" = is-active ]; then exit 3; fi');
    expect(await runDocument(short, 'restart-mysqld', spare)).toMatchObject({
      code: 1,
      text: expect.stringMatching(/^mysqld is not active/),
    });
  });
});

describe('a server that died while a copy made a table', () => {
  const zeros = Buffer.alloc(65_536);
  const files: Readonly<Record<string, Buffer>> = {
    'shop/half.ibd': zeros,
    'shop/empty.ibd': Buffer.alloc(0),
    'shop/whole.ibd': Buffer.concat([Buffer.from([0, 7]), zeros]),
    'shop/half.frm': zeros,
    'mysql/half.ibd': zeros,
  };
  const broken = { phase: 'copying\n', emptied: '' };

  /** What is left of the files when the server was restarted, by the notes of a copy on its host. */
  async function restarted(notes: Readonly<Record<string, string>>): Promise<readonly string[]> {
    const host = makeHost(['mysqld']);
    const data = join(host.directory, 'lib/mysql');
    const state = join(host.directory, 'state/seed');
    for (const [name, bytes] of Object.entries(files)) {
      mkdirSync(dirname(join(data, name)), { recursive: true });
      writeFileSync(join(data, name), bytes);
    }
    mkdirSync(state, { recursive: true });
    for (const [name, text] of Object.entries({ lock: '', datadir: `${data}/\n`, ...notes }))
      writeFileSync(join(state, name), text);
    const given = { ...spare, KEEPALAMBDA_STATE: join(host.directory, 'state') };
    expect(await runDocument(host, 'restart-mysqld', given)).toMatchObject({ code: 0 });
    return Object.keys(files).filter((name) => existsSync(join(data, name)));
  }

  it('starts without the files that have no header; all others stay', async () => {
    expect(await restarted(broken)).toEqual(['shop/whole.ibd', 'shop/half.frm', 'mysql/half.ibd']);
  });

  it.each([
    ['has ended', { phase: 'copied' }],
    ['has made nothing yet', { phase: 'copying' }],
    ['was never begun', {}],
  ])('keeps every file where a copy %s', async (_, notes) => {
    expect(await restarted(notes)).toEqual(Object.keys(files));
  });
});
