/** What `host-facts` says of a host: of its server, of a copy that was begun there, of room for one, and of what the server reads. */
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { parseHostFacts } from '../../lib/core/setup/facts.ts';
import { documents } from '../../lib/stack/documents/index.ts';
import { temporaryDirectory } from '../../lib/stack/temporary.ts';

/** As the client of 9.7: `\G` is a command of its own, which it does not know unless it is asked to. */
const client = (channels: string, version: string) => `
[ ! -e "$KEEPALAMBDA_STATE/warns" ] || cat "$KEEPALAMBDA_STATE/warns" >&2
[ ! -e "$KEEPALAMBDA_STATE/refuses" ] || { echo 'ERROR 1040 (HY000): Too many connections' >&2; exit 1; }
case "$*" in
  *'\\G'*) echo "ERROR at line 1: Unknown command" >&2; exit 1 ;;
  *'SHOW REPLICA STATUS'*) ${channels} ;;
  *@@version*) echo ${version} ;;
  *'SELECT @@port'*) echo 3306 ;;
  *'SELECT @@datadir'*) echo "$KEEPALAMBDA_STATE/data/" ;;
  *'GLOBAL VARIABLES'*) printf 'datadir\\t%s\\nlog_bin_basename\\t%s\\n' "$KEEPALAMBDA_STATE/data/" "$KEEPALAMBDA_STATE/data/binlog" ;;
  *log_bin_basename*) echo "$KEEPALAMBDA_STATE/data/binlog" ;;
  *persisted_variables*)
    case "$*" in *"'place="*) kind=place ;; *) kind=later ;; esac
    echo $kind=mysqld-auto.cnf:read_only=OFF; echo $kind=mysqld-auto.cnf:max_connections=500 ;;
  *executed=*) echo tables=7; echo reader=1; echo executed=aaaa:1-5 ;;
esac`;

interface Broken {
  /** The server lets nobody in any more. */
  readonly refuses?: true;
  /** Files beside, by path, with their text, in which `HERE` is the directory of all; and how many bytes of zeros for a number. */
  readonly files?: Readonly<Record<string, string | number>>;
  /** What `df` says is free, in KB. */
  readonly freeKb?: number;
  /** @default 9.7.1 */
  readonly version?: string;
  /** What the service manager says of its unit. @default true */
  readonly isActive?: boolean;
  /** Whether keepalived starts with the host. @default false */
  readonly isEnabled?: boolean;
}

/** What the document prints there, and how it ends. */
async function askHost(channels: string, copy: Readonly<Record<string, string>> = {}, broken: Broken = {}) {
  const directory = temporaryDirectory();
  const [path, state] = [join(directory, 'bin'), join(directory, 'state')];
  mkdirSync(path);
  mkdirSync(join(state, 'seed'), { recursive: true });
  for (const [name, text] of Object.entries(copy)) writeFileSync(join(state, 'seed', name), text);
  if (broken.refuses) writeFileSync(join(state, 'refuses'), '');
  for (const [name, text] of Object.entries(broken.files ?? {})) {
    mkdirSync(dirname(join(state, name)), { recursive: true });
    writeFileSync(
      join(state, name),
      typeof text === 'number' ? Buffer.alloc(text, 1) : text.replaceAll('HERE', state),
    );
  }
  const df = `echo Filesystem; echo "disk 90000 9 ${broken.freeKb ?? 9_000_000} 9% /"`;
  const defaults = `echo 'Default options are read from the following files in the given order:'; echo '${state}/my.cnf ~/.my.cnf'`;
  const systemctl = `case "$*" in
  'is-active --quiet keepalived.service') [ -e '${state}/runs/keepalived' ] ;;
  'is-active '*) exit ${broken.isActive === false ? 3 : 0} ;;
  'is-enabled --quiet keepalived.service') ${broken.isEnabled === true} ;;
  *UnitPath*) echo '${state}/etc/systemd/system' ;;
esac`;
  for (const [name, script] of Object.entries({
    mysql: client(channels, broken.version ?? '9.7.1'),
    ip: '',
    systemctl,
    df,
    my_print_defaults: defaults,
  })) {
    writeFileSync(join(path, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(path, name), 0o755);
  }
  const env = {
    PATH: `${path}:/usr/bin:/bin`,
    KEEPALAMBDA_STATE: state,
    KEEPALAMBDA_ETC: join(state, 'etc'),
    KEEPALAMBDA_PROC: join(state, 'proc'),
    SSM_Vip: '10.0.1.100',
    SSM_Room: 'yes',
  };
  const script = documents['host-facts'].mainSteps[0].inputs.runCommand.join('\n');
  return promisify(execFile)('sh', ['-c', script], { env }).then(
    ({ stdout }) => ({ code: 0, facts: parseHostFacts(stdout.replaceAll(state, 'HERE')) }),
    ({ code }: { code: number }) => ({ code, facts: null }),
  );
}

it('sees channels through a client that has no commands of its own', async () => {
  const { facts } = await askHost('echo "                   Source_Host: 10.0.1.12"');
  expect(facts).toMatchObject({ sources: ['10.0.1.12'], tables: 7, executed: 'aaaa:1-5', copy: null });
});

it('fails where channels cannot be seen: that is not "none"', async () => {
  expect((await askHost('exit 1')).code).toBe(1);
  expect((await askHost('true')).facts?.sources).toEqual([]);
});

it('says how far a copy came, and whether the account is there that reads', async () => {
  const { facts } = await askHost('true', { run: 's-order-1', phase: 'copying\n' });
  expect(facts).toMatchObject({ copy: { run: 's-order-1', phase: 'copying' }, reader: true });
});

it('does not take a server for down that is full, or has another socket: setup would restart it', async () => {
  const running = await askHost('true', {}, { refuses: true });
  expect(running.facts).toMatchObject({ server: 'unreached', because: expect.stringContaining('1040') });
  const ended = await askHost('true', {}, { refuses: true, isActive: false });
  expect(ended.facts).toMatchObject({ server: 'down' });
});

it.each([
  ['the VIP of the pair', 'ExecStart=/sbin/ip address replace 10.0.1.100/32 dev keepalambda0', true],
  ['another VIP, which the pair had before', 'ExecStart=/sbin/ip address replace 10.0.1.10/32 dev k0', false],
  ['nothing, because its host died while it was written', '', false],
])('sees whether the VIP is there after a reboot: the unit binds %s', async (_, text, lasts) => {
  const files = { 'etc/systemd/system/keepalambda-vip.service': text };
  expect((await askHost('true', {}, { files })).facts).toMatchObject({ vipUnit: true, vipLasts: lasts });
});

it.each([
  ['systemd/network/vip.network', '[Network]\nAddress=10.0.1.100/32\n', true],
  ['sysconfig/network-scripts/ifcfg-vip0', 'IPADDR=10.0.1.100\nPREFIX=32\n', true],
  ['NetworkManager/system-connections/vip.nmconnection', '[ipv4]\naddress1=10.0.1.100/32\n', true],
  ['netplan/60-vip.yaml', 'network:\n  dummy-devices:\n    vip0:\n      addresses: [10.0.1.100/32]\n', true],
  ['network/interfaces.d/vip', 'iface vip0 inet static\n  address 10.0.1.100\n', true],
  ['rc.local', 'ip address add 10.0.1.100/32 dev lo\n', true],
  [
    'systemd/system/old-vip.service',
    '[Service]\nExecStart=/sbin/ip address add 10.0.1.100/32 dev lo\n',
    true,
  ],
  ['netplan/60-vip.yaml', '#     addresses: [10.0.1.100/32]\n', false],
  ['netplan/60-vip.yaml', 'addresses: [10.0.1.10/32, 110.0.1.100/32]\n', false],
  ['netplan/60-vip.yaml.bak', 'addresses: [10.0.1.100/32]\n', false],
  ['nsswitch.conf', 'hosts: 10.0.1.100\n', false],
])('of others that bind it at boot, it knows %s with %j: %s', async (file, text, lasts) => {
  const files = { [`etc/${file}`]: text };
  expect((await askHost('true', {}, { files })).facts).toMatchObject({ vipUnit: false, vipLasts: lasts });
});

const vrrp = 'virtual_ipaddress {\n  10.0.1.100/24 dev eth0\n}\n';
const process = (...words: readonly string[]) => ({
  'proc/77/comm': 'keepalived\n',
  'proc/77/cmdline': ['/usr/local/sbin/keepalived', ...words, ''].join('\0'),
});

it.each<[what: string, files: NonNullable<Broken['files']>, found: unknown, isEnabled?: boolean]>([
  [
    'one that runs by its unit',
    { 'etc/keepalived/keepalived.conf': vrrp, 'runs/keepalived': '' },
    { state: 'running', file: 'HERE/etc/keepalived/keepalived.conf' },
  ],
  [
    'one that starts with the host',
    { 'etc/keepalived/keepalived.conf': vrrp },
    { state: 'enabled', file: 'HERE/etc/keepalived/keepalived.conf' },
    true,
  ],
  [
    'one from source, which has no unit',
    { ...process('-D'), 'usr/local/etc/keepalived/keepalived.conf': vrrp },
    { state: 'running', file: 'HERE/usr/local/etc/keepalived/keepalived.conf' },
  ],
  [
    'one with a file of another name',
    {
      ...process('-D', '-f', 'HERE/opt/ka.cfg'),
      'opt/ka.cfg': 'include vips/*.conf\n',
      'opt/vips/a.conf': vrrp,
    },
    { state: 'running', file: 'HERE/opt/vips/a.conf' },
  ],
  [
    'one with a file of another name, in one word',
    { ...process('--use-file=HERE/opt/ka.cfg'), 'opt/ka.cfg': vrrp },
    { state: 'running', file: 'HERE/opt/ka.cfg' },
  ],
  ['one whose configuration is nowhere to be seen', process('-D'), { state: 'running', file: '' }],
  ['one of another address', { ...process(), 'etc/keepalived/keepalived.conf': '10.0.1.10\n' }, null],
  ['one that is not there any more', { 'etc/keepalived/keepalived.conf': vrrp }, null],
])('of keepalived, it knows %s', async (_, files, found, isEnabled = false) => {
  expect((await askHost('true', {}, { files, isEnabled })).facts?.keepalived).toEqual(found);
});

it('says how much room there is where data and logs are, each volume once', async () => {
  const { facts } = await askHost('true', {}, { files: { 'data/x': 1 }, freeKb: 4000 });
  expect(facts?.volumes).toEqual([{ path: '/', freeKb: 4000, totalKb: 90_000 }]);
});

it('counts what a copy takes, what it removes, and the room for both', async () => {
  const files = {
    'data/app/orders.ibd': 400_000,
    'data/mysql/user.frm': 100_000,
    'data/ibdata1': 200_000,
    'data/#innodb_redo/1': 900_000,
    'data/ib_logfile0': 900_000,
    'data/binlog.000001': 300_000,
  };
  const { facts } = await askHost('true', {}, { files, freeKb: 5000 });
  const { dataKb = 0, roomKb = 0, logsKb = 0, keptKb = 0 } = facts?.disk ?? {};
  // A directory takes some KB itself, and how much depends on the file system.
  expect([dataKb >= 680, dataKb < 850]).toEqual([true, true]);
  expect([roomKb >= 5390, roomKb < 5500]).toEqual([true, true]);
  expect([logsKb >= 293, logsKb < 350]).toEqual([true, true]);
  expect(keptKb).toBe(5000);
  const empty = await askHost('true', {}, { files: { 'data/ibdata1': 0 } });
  expect(empty.facts?.disk).toMatchObject({ roomKb: 9_000_000, logsKb: 0 });
});

const includes = {
  'my.cnf': '[mysqld]\nsync_binlog = 0\n!include HERE/all.cnf\n',
  'all.cnf': '!includedir HERE/conf.d/\n[mysqld]\nserver-id=5 # ours\n[mysqldump]\nserver_id=9\n',
  'conf.d/a.cnf': '[mysqld]\nserver_id=3\n!includedir HERE/inner\n',
  'conf.d/zzz.cnf': '[mysqld-9.7]\n  skip_name_resolve\n[mysqld-5.7]\nread_only=0\n[mariadb]\nlog-bin\n',
  'conf.d/zzz.cnf.bak': '[mysqld]\nread_only=0\n',
  'inner/b.cnf': '[server]\nread_only=1\n',
};

it('finds the directory of our file by includes within includes, and what is set after it', async () => {
  const { facts } = await askHost('true', {}, { files: includes });
  expect(facts).toMatchObject({
    includeDirectory: 'HERE/conf.d',
    includedBy: 'HERE/all.cnf',
    configuration: [],
    later: [
      { where: 'HERE/conf.d/zzz.cnf line 2', text: 'skip_name_resolve' },
      { where: 'HERE/all.cnf line 3', text: 'server-id=5 # ours' },
      { where: 'mysqld-auto.cnf', text: 'read_only=OFF' },
    ],
  });
  const own = '[mysqld]\nserver-id=7\n';
  const written = await askHost('true', {}, { files: { ...includes, 'conf.d/zz-keepalambda.cnf': own } });
  expect(written.facts).toMatchObject({ configuration: ['[mysqld]', 'server-id=7'], later: facts?.later });
});

it('says where options are set that doctor judges, in the order of reading, and nothing of any other', async () => {
  const { facts } = await askHost(
    'true',
    {},
    {
      files: {
        'my.cnf':
          '[mysqld]\nslave-skip-errors = all\nwsrep_sst_auth = root:secret\n!includedir HERE/conf.d\n',
        'conf.d/x.cnf': '[mysqld]\n\nreplica_skip_errors=OFF\n[client]\nmax_allowed_packet=1M\n',
      },
    },
  );
  expect(facts?.places).toEqual([
    { where: 'HERE/my.cnf line 2', text: 'slave-skip-errors = all' },
    { where: 'HERE/conf.d/x.cnf line 3', text: 'replica_skip_errors=OFF' },
    { where: 'mysqld-auto.cnf', text: 'max_connections=500' },
  ]);
});

it.each([
  ['10.11.6-MariaDB-log', ['mariadb-10.11', 'mysqld-10.11', 'mariadbd', 'client-server', 'galera']],
  ['8.4.3', ['mysqld-8.4', 'server']],
])('counts the groups that a server of %s reads, and no other', async (version, read) => {
  const others = ['mariadb-10.1', 'mysqld-8', 'mysqld-8.0', 'client', 'mysqld_safe', 'server-8.4'];
  const groups = [...read, ...others, ...(version.startsWith('8') ? ['mariadb', 'galera'] : [])];
  const late = groups.map((group) => `[${group}]\nserver_id = ${group.length}${groups.indexOf(group)}\n`);
  const files = { 'my.cnf': `!includedir HERE/conf.d\n${late.join('')}` };
  const { facts } = await askHost('true', {}, { files, version });
  const values = read.map((group) => `server_id = ${group.length}${groups.indexOf(group)}`);
  const inFiles = facts?.later.filter(({ where }) => where !== 'mysqld-auto.cnf');
  expect(inFiles?.map(({ text }) => text)).toEqual(values);
});

it('knows a version beside what the client warns of', async () => {
  const warns = "mysql: Deprecated program name. Use '/usr/bin/mariadb' instead\n";
  const { facts } = await askHost('true', {}, { files: { warns }, version: '11.8.3-MariaDB' });
  expect(facts).toMatchObject({ server: 'up', version: '11.8.3-MariaDB' });
});

it('takes a file that includes itself, and a server without such a directory, as they are', async () => {
  const { facts } = await askHost(
    'true',
    {},
    { files: { 'my.cnf': '!include HERE/my.cnf\n[mysqld]\nlog-bin\n' } },
  );
  expect(facts).toMatchObject({ includeDirectory: '', includedBy: '' });
});
