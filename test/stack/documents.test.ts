import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, test } from 'vitest';
import type { HostDocument } from '../../lib/core/hosts/host-document.ts';
import { documents } from '../../lib/stack/documents/index.ts';
import { temporaryDirectory } from '../../lib/stack/temporary.ts';

const run = promisify(execFile);

/** A host in a directory: `systemctl` and `ip` are scripts that keep their state in files there. */
function makeHost(units: readonly string[], systemctl = ''): { directory: string; path: string } {
  const directory = temporaryDirectory();
  const path = join(directory, 'bin');
  mkdirSync(path);
  writeFileSync(join(directory, 'addresses'), '2: ens5    inet 10.0.1.11/24 scope global ens5\n');
  const tool = (name: string, script: string) => {
    writeFileSync(join(path, name), `#!/bin/sh\ncd '${directory}'\necho "${name} $*" >>calls\n${script}\n`);
    chmodSync(join(path, name), 0o755);
  };
  tool(
    'systemctl',
    `${systemctl}
    case "$1" in cat) case " ${units.map((unit) => `${unit}.service`).join(' ')} " in *" $2 "*) ;; *) exit 1 ;; esac ;; esac`,
  );
  tool(
    'ip',
    `case "$*" in
      '-4 -o addr show') cat addresses ;;
      '-4 -o route show default') echo 'default via 10.0.1.1 dev ens5 proto dhcp metric 100' ;;
      'addr add '*) echo "2: $5    inet $3 scope global $5" >>addresses ;;
      'addr del '*) grep -vF " $3 " addresses >rest; mv rest addresses ;;
    esac`,
  );
  return { directory, path };
}

/** Runs the document as the agent does: values as variables, the lines as one script for `sh`. */
async function runDocument(
  host: { path: string; directory: string },
  document: HostDocument,
  variables = {},
) {
  const script = documents[document].mainSteps[0].inputs.runCommand.join('\n');
  const proc = join(host.directory, 'proc');
  const env = { PATH: `${host.path}:/usr/bin:/bin`, KEEPALAMBDA_PROC: proc, ...variables };
  return run('sh', ['-c', script], { env }).then(
    ({ stdout }) => ({ code: 0, text: stdout.trim() }),
    (error: { code: number; stderr: string }) => ({ code: error.code, text: error.stderr.trim() }),
  );
}

function calls(host: { directory: string }): string[] {
  return readFileSync(join(host.directory, 'calls'), 'utf8').trim().split('\n');
}

const FIRST_BOOT = '0f1e2d3c-0a1b-4c2d-9e8f-0123456789ab';
const NEXT_BOOT = '9e8f0123-0a1b-4c2d-9e8f-0123456789ab';

/** The variables of a host that is at this boot. */
function bootedAs({ directory }: { directory: string }, boot: string): object {
  const file = join(directory, 'boot_id');
  writeFileSync(file, `${boot}\n`);
  return { KEEPALAMBDA_BOOT_ID: file };
}

/** The unit ends by SIGTERM after so many looks, and each start of it has a number. */
const unit = (looks: number, start = 0) => `
  case "$1" in
    show) echo "ExecMainStartTimestampMonotonic=$(cat started 2>/dev/null || echo 17)" ;;
    is-active)
      [ -f term ] || exit 0
      echo x >>term
      [ "$(wc -l <term)" -le ${looks} ] || exit 3 ;;
    kill) : >term ;;
    start) rm -f term; [ ${start} = 0 ] && echo 18 >started; exit ${start} ;;
  esac`;
/** As MySQL 8: it says itself that it is stopping, and takes so many looks for it. */
const stopping = (looks: number) => `
  case "$1" in
    show) echo "ExecMainStartTimestampMonotonic=17" ;;
    is-active)
      [ -f term ] || exit 0
      echo x >>term
      [ "$(wc -l <term)" -gt ${looks} ] || echo deactivating
      exit 3 ;;
    kill) : >term ;;
    start) mv term ended ;;
  esac`;
const killing = (host: { directory: string }) =>
  calls(host).filter((call) => /KILL|systemctl stop/.test(call));

describe('a planned restart', () => {
  it('asks it to end by SIGTERM alone, waits, and starts it', async () => {
    const host = makeHost(['mysqld'], unit(2));
    expect(await runDocument(host, 'server-start', bootedAs(host, FIRST_BOOT))).toEqual({
      code: 0,
      text: `unit=mysqld.service\nstarted=17\nboot=${FIRST_BOOT}`,
    });
    const outcome = await runDocument(host, 'planned-restart', { SSM_Started: '17' });
    expect(outcome).toEqual({
      code: 0,
      text: expect.stringMatching(/^mysqld.service restarted, stopped in \d s$/),
    });
    expect(calls(host)).toContain('systemctl kill --signal=SIGTERM mysqld.service');
    expect(killing(host)).toEqual([]);
  });

  it('does nothing when it is delivered twice', async () => {
    const host = makeHost(['mariadb'], unit(0));
    await runDocument(host, 'planned-restart', { SSM_Started: '17' });
    const before = calls(host).filter((call) => / (kill|start) /.test(call)).length;
    const again = await runDocument(host, 'planned-restart', { SSM_Started: '17' });
    expect(again).toEqual({ code: 0, text: 'mariadb.service was restarted already' });
    expect(calls(host).filter((call) => / (kill|start) /.test(call))).toHaveLength(before);
  });

  it('waits for the end of a server that says that it is stopping', async () => {
    const host = makeHost(['mysqld'], stopping(2));
    await runDocument(host, 'planned-restart', { SSM_Started: '17' });
    expect(readFileSync(join(host.directory, 'ended'), 'utf8')).toHaveLength('x\n'.length * 3);
  });

  it('kills nothing that does not start', async () => {
    const host = makeHost(['mysql'], unit(0, 1));
    const outcome = await runDocument(host, 'planned-restart', { SSM_Started: '17' });
    expect(outcome).toEqual({ code: 1, text: 'mysql.service did not start; nothing was killed' });
    expect(killing(host)).toEqual([]);
  });
});

describe('a planned reboot', () => {
  const asked = { SSM_Boot: FIRST_BOOT, SSM_Vip: '10.0.1.10', SSM_Bound: 'yes' };
  /** A host that has the VIP, at its first boot. */
  const makeBound = async (systemctl: string) => {
    const host = makeHost(['mysqld'], systemctl);
    await runDocument(host, 'bind-vip', asked);
    return host;
  };
  const reboot = (host: { directory: string; path: string }, boot: string, more = {}) =>
    runDocument(host, 'planned-reboot', { ...asked, ...bootedAs(host, boot), ...more });

  it('stops the server by SIGTERM, has the agent reboot, and sees that all is back', async () => {
    const host = await makeBound(unit(2));
    expect(await reboot(host, FIRST_BOOT)).toEqual({ code: 194, text: '' });
    expect(calls(host)).toContain('systemctl kill --signal=SIGTERM mysqld.service');
    expect(await reboot(host, NEXT_BOOT)).toEqual({ code: 0, text: 'rebooted, and mysqld.service is up' });
    expect(killing(host)).toEqual([]);
  });

  it('is not asked for while the server is stopping', async () => {
    const host = await makeBound(stopping(2));
    expect((await reboot(host, FIRST_BOOT)).code).toBe(194);
    expect(readFileSync(join(host.directory, 'term'), 'utf8')).toHaveLength('x\n'.length * 3);
  });

  it('reboots nothing that was booted anew: the command came twice', async () => {
    const host = await makeBound(unit(0));
    expect((await reboot(host, NEXT_BOOT)).code).toBe(0);
    expect(calls(host).filter((call) => call.includes('SIGTERM'))).toEqual([]);
  });

  it('asks once more where the reboot is still to come, though the server is stopped', async () => {
    const host = await makeBound(unit(0));
    await reboot(host, FIRST_BOOT);
    expect((await reboot(host, FIRST_BOOT)).code).toBe(194);
  });

  it('fails where the VIP is not bound: before, nothing is stopped; after, it names what is missing', async () => {
    const host = makeHost(['mysqld'], unit(0));
    expect(await reboot(host, FIRST_BOOT)).toEqual({
      code: 1,
      text: '10.0.1.10 is not bound on this host; nothing was rebooted',
    });
    expect(calls(host).filter((call) => call.includes('SIGTERM'))).toEqual([]);
    expect(await reboot(host, NEXT_BOOT)).toEqual({
      code: 1,
      text: expect.stringContaining('the reboot lost the VIP'),
    });
    expect((await reboot(host, NEXT_BOOT, { SSM_Bound: 'no' })).code).toBe(0);
  });

  it('says so where the server does not come up', async () => {
    const host = await makeBound(unit(0, 1));
    const outcome = await reboot(host, NEXT_BOOT);
    expect(outcome).toEqual({ code: 1, text: 'mysqld.service did not start; nothing was killed' });
  });
});

describe('restart', () => {
  test.each<[units: string[], document: HostDocument, text: string]>([
    [['mysqld'], 'restart-mysqld', 'mysqld restarted'],
    [['mysql'], 'restart-mysqld', 'mysql restarted'],
    [['mariadb'], 'restart-mysqld', 'mariadb restarted'],
    [['keepalived', 'mysqld'], 'restart-keepalived', 'keepalived restarted'],
  ])('on a host with %s: %s → %s', async (units, document, text) => {
    expect(await runDocument(makeHost(units), document)).toEqual({ code: 0, text });
  });

  it('says so where there is no such service', async () => {
    const outcome = await runDocument(makeHost(['keepalived']), 'restart-mysqld');
    expect(outcome).toEqual({
      code: 3,
      text: expect.stringMatching(/^got no unit of a server on this host;/),
    });
  });

  it('kills what does not stop, and starts it all the same', async () => {
    const host = makeHost(['mysqld'], 'if [ "$1" = stop ]; then exit 1; fi');
    const outcome = await runDocument(host, 'restart-mysqld');
    expect(outcome).toEqual({ code: 0, text: 'mysqld did not stop in 45 s: killed\nmysqld restarted' });
    expect(calls(host)).toContain('systemctl kill --signal=SIGKILL mysqld.service');
  });

  it('leaves a service alone that is starting: stopped in its crash recovery, it would begin again', async () => {
    const host = makeHost(['mysqld'], 'if [ "$1" = is-active ]; then echo activating; exit 3; fi');
    expect(await runDocument(host, 'restart-mysqld')).toEqual({
      code: 0,
      text: 'mysqld is starting (crash recovery takes its time): left alone',
    });
    expect(calls(host).filter((call) => /stop|kill|systemctl start/.test(call))).toEqual([]);
  });

  it('fails when it does not start, or does not stay', async () => {
    const broken = makeHost(['mysqld'], 'if [ "$1" = start ]; then exit 1; fi');
    expect(await runDocument(broken, 'restart-mysqld')).toMatchObject({
      code: 1,
      text: expect.stringMatching(/^mysqld did not start: journalctl -u mysqld /),
    });
    const short = makeHost(['mysqld'], 'if [ "$1" = is-active ]; then exit 3; fi');
    expect(await runDocument(short, 'restart-mysqld')).toMatchObject({
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
    const given = { KEEPALAMBDA_STATE: join(host.directory, 'state') };
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

describe('the VIP on a host', () => {
  const vip = { SSM_Vip: '10.0.1.10' };

  it('is bound once and unbound once, however often it is asked for', async () => {
    const host = makeHost([]);
    const texts: string[] = [];
    for (const document of ['bind-vip', 'bind-vip', 'unbind-vip', 'unbind-vip'] as const) {
      texts.push((await runDocument(host, document, vip)).text);
    }
    expect(texts).toEqual([
      '10.0.1.10 bound on ens5',
      '10.0.1.10 was bound already',
      '10.0.1.10 unbound',
      '10.0.1.10 was not bound',
    ]);
    expect(calls(host).filter((call) => /addr (add|del)/.test(call))).toEqual([
      'ip addr add 10.0.1.10/32 dev ens5',
      'ip addr del 10.0.1.10/32 dev ens5',
    ]);
  });

  it('is not taken for another address that begins or ends alike', async () => {
    const host = makeHost([]);
    expect((await runDocument(host, 'bind-vip', { SSM_Vip: '10.0.1.1' })).text).toBe(
      '10.0.1.1 bound on ens5',
    );
    expect((await runDocument(host, 'unbind-vip', { SSM_Vip: '0.0.1.11' })).text).toBe(
      '0.0.1.11 was not bound',
    );
  });

  it('reaches an old agent’s script as text', async () => {
    const [first] = documents['bind-vip'].mainSteps[0].inputs.runCommand;
    const { stdout } = await run('sh', ['-c', `${first?.replace('{{Vip}}', '10.0.1.9')}\necho "$SSM_Vip"`]);
    expect(stdout.trim()).toBe('10.0.1.9');
  });
});

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
