/** Which unit a script takes for the pair's server, and which files: hosts with servers under other names, with files of their own, in containers. */
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, test } from 'vitest';
import type { HostDocument } from '../../lib/core/hosts/host-document.ts';
import { COMMAND_LINE, parseHostFacts } from '../../lib/core/setup/facts.ts';
import { documents } from '../../lib/stack/documents/index.ts';
import { temporaryDirectory } from '../../lib/stack/temporary.ts';

interface Process {
  readonly cgroup: string;
  /** @default mysqld */
  readonly comm?: string;
  /** In which `HERE` is the host's directory. */
  readonly options?: readonly string[];
  /** @default the host's own */
  readonly root?: string;
}

interface HostAs {
  readonly processes?: readonly Process[];
  /** Units, and whether each is enabled, with the program that it starts. */
  readonly units?: Readonly<Record<string, { readonly enabled?: true; readonly program?: string }>>;
  /** Which process root's client gets to: 1 is the first; 0: none. @default 1 */
  readonly reached?: number;
  readonly files?: Readonly<Record<string, string>>;
}

const asked = { SSM_Vip: '10.0.1.100', SSM_Room: 'no', SSM_Monitor: 'm', SSM_Replication: 'r' };
const slice = '0::/system.slice';
const unitCalls = 'echo "systemctl $*" >> "$HERE/calls"';

class Host {
  readonly #here = temporaryDirectory();

  constructor({ processes = [], units = {}, reached = 1, files = {} }: HostAs) {
    for (const name of ['bin', 'proc', 'state']) mkdirSync(join(this.#here, name));
    for (const [name, text] of Object.entries(files)) this.#write(name, text);
    for (const [index, each] of processes.entries()) this.#add(101 + index, each);
    this.#write('calls', '');
    this.#write('reached.pid', reached === 0 ? '' : `${100 + reached}\n`);
    const names = Object.keys(units).map((name) => `${name}.service`);
    const shown = Object.entries(units).map(
      ([name, { program = '/bin/true' }]) =>
        `ExecStart={ path=${program} ; argv[]=${program} --x ; }\nId=${name}.service\n`,
    );
    this.#write('shown', shown.join('\n'));
    const enabled = names.filter((name) => units[name.replace('.service', '')]?.enabled);
    this.#tool(
      'systemctl',
      `${unitCalls}
      case "$*" in
        'cat '*) case " ${names.join(' ')} " in *" $2 "*) ;; *) exit 1 ;; esac ;;
        'show -p Id -p ExecStart '*) cat "$HERE/shown" ;;
        'show -p Id '*) echo "Id=$4" ;;
        'show -p '*) echo 17 ;;
        'show '*) echo /etc/systemd/system ;;
        'is-active '*) for last; do :; done; grep -qxF "$last" "$HERE/started" 2>/dev/null ;;
        'start '*) echo "$2" > "$HERE/started" ;;
        'is-enabled '*) case " ${enabled.join(' ')} " in *" $3 "*) ;; *) exit 1 ;; esac ;;
      esac`,
    );
    this.#tool('ip', '');
    this.#tool(
      'mysql',
      `case "$*" in
        *@@pid_file*) [ ! -s "$HERE/reached.pid" ] || echo "$HERE/reached.pid" ;;
        *@@version*) [ -s "$HERE/reached.pid" ] || { echo 'ERROR 2002' >&2; exit 1; }; echo 8.0.36 ;;
        *'SELECT @@port'*) echo 3306 ;;
      esac`,
    );
    this.#tool(
      'my_print_defaults',
      `echo 'Default options are read from the following files in the given order:'; echo "$HERE/my.cnf ~/.my.cnf"`,
    );
  }

  #write(name: string, text: string): void {
    mkdirSync(join(this.#here, name, '..'), { recursive: true });
    writeFileSync(join(this.#here, name), text.replaceAll('HERE', this.#here));
  }

  #tool(name: string, script: string): void {
    const file = join(this.#here, 'bin', name);
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  }

  #add(pid: number, { cgroup, comm = 'mysqld', options = [], root = '/' }: Process): void {
    this.#write(`proc/${pid}/comm`, `${comm}\n`);
    this.#write(`proc/${pid}/cgroup`, `${cgroup}\n`);
    this.#write(`proc/${pid}/cmdline`, ['/usr/sbin/mysqld', ...options, ''].join('\0'));
    symlinkSync(root, join(this.#here, 'proc', String(pid), 'root'));
  }

  async run(document: HostDocument, variables: Readonly<Record<string, string>> = {}) {
    const script = documents[document].mainSteps[0].inputs.runCommand.join('\n');
    const env = {
      PATH: `${join(this.#here, 'bin')}:/usr/bin:/bin`,
      HERE: this.#here,
      HOME: this.#here,
      KEEPALAMBDA_PROC: join(this.#here, 'proc'),
      KEEPALAMBDA_STATE: join(this.#here, 'state'),
      ...variables,
    };
    const { code, text } = await promisify(execFile)('sh', ['-c', script], { env }).then(
      ({ stdout }) => ({ code: 0, text: stdout.trim() }),
      (error: { code: number; stderr: string }) => ({ code: error.code, text: error.stderr.trim() }),
    );
    return { code, text: text.replaceAll(this.#here, 'HERE') };
  }

  async facts() {
    const { code, text } = await this.run('host-facts', asked);
    if (code !== 0) throw new Error(text);
    return parseHostFacts(text);
  }

  has(name: string): boolean {
    return existsSync(join(this.#here, name));
  }

  /** What was done to units, without what only asks. */
  deeds(): string[] {
    const calls = readFileSync(join(this.#here, 'calls'), 'utf8').trim().split('\n');
    return calls.filter((call) => /^systemctl (stop|start|kill|restart)/.test(call));
  }
}

const packaged = { mysqld: {} };

describe('the unit that is restarted', () => {
  test.each<[what: string, host: HostAs, unit: string]>([
    [
      'an instance of a template, beside the unit of the package',
      { units: packaged, processes: [{ cgroup: `${slice}/system-mysqld.slice/mysqld@prod.service` }] },
      'mysqld@prod',
    ],
    ['MariaDB’s', { processes: [{ cgroup: `${slice}/mariadb@a.service`, comm: 'mariadbd' }] }, 'mariadb@a'],
    [
      'one of a name of its own, where groups are as of old',
      {
        units: packaged,
        processes: [{ cgroup: '4:memory:/\n1:name=systemd:/system.slice/shop-db.service' }],
      },
      'shop-db',
    ],
    [
      'one in a slice of its own',
      { units: packaged, processes: [{ cgroup: '0::/shop.slice/shop-data.slice/mysqld.service' }] },
      'mysqld',
    ],
    ['one in no slice', { processes: [{ cgroup: '0::/shop-db.service' }] }, 'shop-db'],
    ['the package’s, which is down', { units: packaged }, 'mysqld'],
    [
      'the enabled one of two that are down',
      { units: { mysqld: {}, 'mysqld@prod': { enabled: true, program: '/opt/mysql/bin/mysqld' } } },
      'mysqld@prod',
    ],
    [
      'one that is down, by its program',
      { units: { 'shop-db': { program: '/opt/mysql/bin/mysqld_safe' } } },
      'shop-db',
    ],
    [
      'that of the server which root’s client gets to, of two that run',
      {
        reached: 2,
        processes: [{ cgroup: `${slice}/mysqld@a.service` }, { cgroup: `${slice}/mysqld@b.service` }],
      },
      'mysqld@b',
    ],
  ])('is %s', async (_, as, unit) => {
    const host = new Host(as);
    expect(await host.run('restart-mysqld', { SSM_Answering: 'restart' })).toEqual({
      code: 0,
      text: `${unit} restarted`,
    });
    expect(host.deeds()).toEqual([`systemctl stop ${unit}.service`, `systemctl start ${unit}.service`]);
    expect(await host.facts()).toMatchObject({ unit, noUnit: null });
  });

  test.each<[what: string, host: HostAs, text: RegExp]>([
    [
      'a container',
      { units: packaged, processes: [{ cgroup: `${slice}/docker-12ab.scope` }] },
      /^got a server \(process 101\)/,
    ],
    [
      'a container of a service',
      { processes: [{ cgroup: `${slice}/shop.service`, root: '/proc' }] },
      /container/,
    ],
    [
      'a shell of a person',
      {
        units: packaged,
        processes: [{ cgroup: '0::/user.slice/user-0.slice/user@0.service/app.slice/x.service' }],
      },
      /no service of systemd runs/,
    ],
    [
      'a container of systemd’s own',
      { processes: [{ cgroup: '0::/machine.slice/shop.service/payload/system.slice/mysqld.service' }] },
      /container/,
    ],
    [
      'two that run, and none that root’s client gets to',
      {
        reached: 0,
        processes: [{ cgroup: `${slice}/mysqld@a.service` }, { cgroup: `${slice}/mysqld@b.service` }],
      },
      /several servers on this host \(mysqld@a mysqld@b\); want to know the pair's\. .*\/root\/\.my\.cnf/,
    ],
    [
      'two in one unit',
      {
        processes: [{ cgroup: `${slice}/mysqld_multi.service` }, { cgroup: `${slice}/mysqld_multi.service` }],
      },
      /several servers in one unit, mysqld_multi/,
    ],
    [
      'two that are down',
      { units: { mysqld: { enabled: true }, mariadb: { enabled: true } } },
      /units of servers on this host \(mariadb mysqld\), and none runs/,
    ],
    ['none', { units: { keepalived: {} } }, /no unit of a server/],
  ])('is none where there is %s: nothing is restarted', async (_, as, text) => {
    const host = new Host(as);
    const outcome = await host.run('restart-mysqld', { SSM_Answering: 'restart' });
    expect(outcome).toEqual({ code: 3, text: expect.stringMatching(text) });
    expect((await host.run('planned-restart', { SSM_Started: '17' })).code).toBe(3);
    expect(host.deeds()).toEqual([]);
    const { unit, noUnit } = await host.facts();
    expect([unit, `got ${noUnit?.got}; want ${noUnit?.want}`]).toEqual([
      '',
      expect.stringMatching(/^got .+; want .+/),
    ]);
  });
});

const written = {
  SSM_ServerId: '7',
  SSM_Offset: '1',
  SSM_Domain: '7',
  SSM_ReadOnly: '1',
  SSM_KeepDays: '7',
  SSM_BinaryLog: '/var/lib/mysql/binlog',
  SSM_Bind: '*',
  SSM_SkipNames: '1',
};
const prod = { cgroup: `${slice}/mysqld@prod.service` };
const files = {
  'my.cnf': '[mysqld]\n!includedir HERE/etc\n',
  'etc/a.cnf': '[mysqld@prod]\nread_only=0\n[mysqld@other]\nserver_id=9\n',
  'opt/my.cnf': '[mysqld]\nport=3306\n!includedir HERE/opt/conf.d\n',
};

describe('the files of the server that runs', () => {
  const ofItsOwn = { ...prod, options: ['--defaults-file=HERE/opt/my.cnf', '--user=mysql'] };
  test.each<[what: string, process: Process, directory: string]>([
    ['the list of its installation', prod, 'etc'],
    ['one file alone', ofItsOwn, 'opt/conf.d'],
    ['one more', { ...prod, options: ['--defaults-extra-file=HERE/opt/my.cnf'] }, 'opt/conf.d'],
  ])('%s', async (_, process, directory) => {
    const host = new Host({ files, processes: [process] });
    expect((await host.facts()).includeDirectory).toMatch(new RegExp(`${directory}$`));
    expect((await host.run('write-configuration', written)).code).toBe(0);
    const name = 'zz-keepalambda.cnf';
    expect([host.has(`etc/${name}`), host.has(`opt/conf.d/${name}`)]).toEqual([
      directory === 'etc',
      directory === 'opt/conf.d',
    ]);
  });

  it('are none where it reads none', async () => {
    const host = new Host({ files, processes: [{ ...prod, options: ['--no-defaults'] }] });
    expect((await host.facts()).includeDirectory).toBe('');
    expect((await host.run('write-configuration', written)).code).toBe(3);
  });

  it('count groups of its own suffix', async () => {
    const late = { ...files, 'etc/zzz.cnf': files['etc/a.cnf'] };
    const suffixed = { ...prod, options: ['--defaults-group-suffix=@prod'] };
    const { later } = await new Host({ files: late, processes: [suffixed] }).facts();
    expect(later).toEqual([{ where: expect.stringMatching(/zzz\.cnf line 2$/), text: 'read_only=0' }]);
  });

  it('count less than what its unit gives it, as by MYSQLD_OPTS', async () => {
    const options = ['--read-only=0', '--datadir=/data', '--sync_binlog=0', '--max-connections=9'];
    const { later, places } = await new Host({ files, processes: [{ ...prod, options }] }).facts();
    const where = COMMAND_LINE;
    expect(later).toEqual([
      { where, text: 'read-only=0' },
      { where, text: 'sync_binlog=0' },
    ]);
    expect(places).toEqual([
      { where, text: 'sync_binlog=0' },
      { where, text: 'max-connections=9' },
    ]);
  });

  it('are not written where another server reads them too', async () => {
    const other = { cgroup: `${slice}/mysqld@other.service` };
    const host = new Host({ files, processes: [prod, other] });
    expect(await host.facts()).toMatchObject({ unit: 'mysqld@prod', sharing: 'mysqld@other' });
    expect(await host.run('write-configuration', written)).toEqual({
      code: 3,
      text: 'the servers of mysqld@other read the same files',
    });
    const apart = new Host({ files, processes: [ofItsOwn, other] });
    expect((await apart.run('write-configuration', written)).code).toBe(0);
  });
});
