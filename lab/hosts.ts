/**
 * A host of the lab: a server, a seat in the network, the addresses that its system has bound, and the
 * commands that scripts on it may run.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type CommandLine, type DoorAnswer, openDoor } from './hosts/door.ts';
import { Devices, prebound, primary } from './hosts/ip.ts';
import { mysql } from './hosts/mysql.ts';
import { processesOf } from './hosts/processes.ts';
import { nominalService, type Service, systemctl } from './hosts/systemctl.ts';
import { furnish, type Workbench } from './hosts/tools.ts';
import { OwnUnits } from './hosts/units.ts';
import { dfOf, type HostVolume } from './hosts/volume.ts';
import { type Network, type Seat, seats } from './network/contract.ts';
import { createInstance, type Found, type Instance } from './servers/instance.ts';
import type { ServerSettings } from './servers/my-cnf.ts';
import type { Product } from './servers/product.ts';

export interface HostOptions {
  readonly name: 'db1' | 'db2';
  readonly product: Product;
  readonly network: Network;
  /** The lab's directory. */
  readonly directory: string;
  /** Whether the host comes up with the VIP on an interface of its own. */
  readonly prebound: boolean;
  /** How its server is configured. @default vendor */
  readonly serverSettings?: ServerSettings | undefined;
  /** @default as a pair of ours is */
  readonly found?: Found | undefined;
}

/** After this systemd kills a service that does not stop, in milliseconds: its own default. */
const serviceStopLimitMs = 90_000;
/** From the end of one boot to the agent of the next one. Milliseconds. */
const bootMs = 5000;

/** Makes the host; nothing runs on it before `boot`. */
export async function createHost(options: HostOptions): Promise<Host> {
  const { name, network } = options;
  const listening = await network.listenAt(name);
  const instance = await createInstance({
    product: options.product,
    name,
    serverId: name === 'db1' ? 1 : 2,
    settings: options.serverSettings,
    found: options.found,
    hostNames: hostNamesIn(network),
    directory: options.directory,
    address: network.addressOf(name),
    bindAddress: listening.address,
    port: listening.port,
    words: network.wordsAt(name),
  });
  network.attach(name, listening.port, () => (instance.pid === null ? [] : [instance.pid]));
  instance.on('up', () => network.setListening(name, true));
  instance.on('down', () => network.setListening(name, false));
  const host = new Host(options, instance);
  await host.open();
  return host;
}

/** As in a VPC: every address there has a name, and a server that asks gets it without leaving the machine. */
export function hostNamesIn(network: Network): Readonly<Record<string, string>> {
  const named = (Object.keys(seats) as Seat[]).map((seat) => [
    network.addressOf(seat),
    `${seat}.lab.internal`,
  ]);
  return Object.fromEntries(named);
}

export class Host {
  readonly name: 'db1' | 'db2';
  readonly instance: Instance;
  readonly address: string;
  readonly #options: HostOptions;
  readonly #socketPath: string;
  readonly #units: ReadonlyMap<string, Service>;
  /** What its package manager would install as the server; null for nothing newer. */
  offered: Product | null = null;
  /** How long its system is busy with other services when it shuts down, before it ends mysqld. Milliseconds. */
  lingersMs = 0;
  /** What is mounted at `/`, with everything of its server. */
  volume: HostVolume = { totalKb: 100 * 1024 * 1024, freeKb: 60 * 1024 * 1024 };
  readonly #ownUnits: OwnUnits;
  #devices: Devices;
  #isUp = true;
  #closeDoor: (() => Promise<void>) | null = null;
  #bench: Workbench | null = null;

  constructor(options: HostOptions, instance: Instance) {
    this.name = options.name;
    this.instance = instance;
    this.address = instance.address;
    this.#options = options;
    this.#socketPath = path.join(instance.directory, 'host.sock');
    this.#units = unitsOf(instance);
    this.#ownUnits = new OwnUnits(instance.directory, (line) => this.run(line));
    if (options.prebound) this.bindAtBoot(true);
    if (options.found === 'wild') void this.haveKeepalived(true);
    this.#devices = this.#devicesAtBoot();
    this.#bindAsDevicesSay();
    this.#noteBoot();
  }

  /** Lets the host's commands in. */
  async open(): Promise<void> {
    this.#closeDoor = await openDoor(this.#socketPath, (line) => this.run(line));
  }

  /** Whether the machine runs: whether its SSM agent would answer. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Starts the machine if it is off, and mysqld. Resolves when mysqld lets clients in. */
  async boot(): Promise<void> {
    if (!this.#isUp) {
      this.#isUp = true;
      this.#noteBoot();
      this.#devices = this.#devicesAtBoot();
      this.#bindAsDevicesSay();
      this.#options.network.plug(this.name);
      await this.#ownUnits.boot();
    }
    await this.instance.start();
  }

  /** Its system ends one service after the other, mysqld last. */
  async shutDown(): Promise<void> {
    await delay(this.lingersMs, undefined, { ref: false });
    if (this.#isUp && this.instance.isRunning()) await this.instance.stop();
  }

  /** The machine is gone at once: nothing of it answers, nothing it was doing is finished. */
  async powerOff(): Promise<void> {
    this.#isUp = false;
    // First the network: nobody may see mysqld's sockets close.
    this.#options.network.unplug(this.name);
    await this.instance.kill();
  }

  /** As `shutdown -r`: its services end, and what is started at boot comes up again. Resolves when the machine is up. */
  async reboot(): Promise<void> {
    await this.shutDown();
    await this.crash();
  }

  /** Its power is cut and comes back. Resolves when the machine is up. */
  async crash(): Promise<void> {
    await this.powerOff();
    await delay(bootMs, undefined, { ref: false });
    // A server that does not come up is for scripts on the host to find.
    this.boot().catch(() => {});
  }

  /** Gives it the programs that come with a server. They are fetched the first time. */
  async furnish(): Promise<void> {
    this.#bench ??= await furnish(this.instance);
  }

  /** The environment in which scripts run as on this host: its commands first on the PATH. */
  environment(): Readonly<Record<string, string>> {
    const own = this.#bench === null ? '' : `${this.#bench.commands}:`;
    return {
      LAB_NODE: process.execPath,
      LAB_HOST_SOCKET: this.#socketPath,
      KEEPALAMBDA_BOOT_ID: this.#bootIdFile,
      KEEPALAMBDA_ETC: this.#etc,
      KEEPALAMBDA_PROC: processesOf(this.instance),
      KEEPALAMBDA_PORT: String(this.#options.network.port),
      PATH: `${own}${commandDirectory}:${process.env.PATH ?? '/usr/bin:/bin'}`,
      ...(this.#bench === null ? {} : { HOME: this.#bench.home, KEEPALAMBDA_STATE: this.#bench.state }),
    };
  }

  /** Runs one of the host's own commands. Never rejects. */
  async run({ command, args }: CommandLine): Promise<DoorAnswer> {
    switch (command) {
      case 'systemctl':
        return systemctl(this.#units, args, this.#ownUnits);
      case 'ip':
        return this.#devices.run(args);
      case 'mysql':
        return mysql(this.instance.socketPath, args);
      case 'my_print_defaults':
        return { exitCode: 0, stdout: defaultsText(this.instance.myCnf), stderr: '' };
      case 'apt-get':
        if (this.offered === null) return { exitCode: 100, stdout: '', stderr: 'E: nothing newer\n' };
        await this.instance.replaceProduct(this.offered);
        return { exitCode: 0, stdout: `Setting up ${this.offered.name}\n`, stderr: '' };
      case 'df':
        return dfOf(this.volume);
      // No neighbour caches an address of the lab.
      case 'arping':
        return { exitCode: 0, stdout: '', stderr: '' };
      default:
        return { exitCode: 127, stdout: '', stderr: `${command}: not found\n` };
    }
  }

  /** Ends everything on it, and removes its directory. */
  async close(): Promise<void> {
    await this.#closeDoor?.();
    this.#options.network.setListening(this.name, false);
    await this.instance.close();
  }

  /** Which boot it is at: each has an id of its own, as Linux gives it. */
  get bootId(): string {
    return readFileSync(this.#bootIdFile, 'utf8').trim();
  }

  /** Whether what sets its network up binds the VIP, as docs/hosts.md says (systemd-networkd). */
  get bindsAtBoot(): boolean {
    return existsSync(this.#networkFile);
  }

  bindAtBoot(binds: boolean): void {
    const text = `[Match]\nName=${prebound}\n[Network]\nAddress=${this.#options.network.vip}/32\n`;
    writeOrRemove(this.#networkFile, binds ? text : null);
  }

  /** A keepalived of old, which runs at every boot and has the VIP; or none. The lab's does nothing. */
  async haveKeepalived(has: boolean): Promise<void> {
    const { vip } = this.#options.network;
    const text = `vrrp_instance VI_1 {\n  virtual_ipaddress {\n    ${vip}/24 dev ${primary}\n  }\n}\n`;
    writeOrRemove(path.join(this.#etc, 'keepalived/keepalived.conf'), has ? text : null);
    await this.#units.get('keepalived')?.[has ? 'start' : 'stop']();
  }

  get #etc(): string {
    return path.join(this.instance.directory, 'etc');
  }

  get #networkFile(): string {
    return path.join(this.#etc, `systemd/network/${prebound}.network`);
  }

  get #bootIdFile(): string {
    return path.join(this.instance.directory, 'boot_id');
  }

  #noteBoot(): void {
    writeFileSync(this.#bootIdFile, `${randomUUID()}\n`);
  }

  #devicesAtBoot(): Devices {
    const own = { lo: ['127.0.0.1/8'], [primary]: [`${this.address}/24`] };
    const { bindsAtBoot } = this;
    const given = bindsAtBoot ? { ...own, [prebound]: [`${this.#options.network.vip}/32`] } : own;
    return new Devices(given, () => this.#bindAsDevicesSay());
  }

  #bindAsDevicesSay(): void {
    const { network } = this.#options;
    if (this.#devices.has(network.vip)) network.bind(this.name);
    else network.unbind(this.name);
  }
}

function writeOrRemove(file: string, text: string | null): void {
  if (text === null) {
    rmSync(file, { force: true });
    return;
  }
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** What `my_print_defaults --help` says of the files that the server reads. */
function defaultsText(myCnf: string): string {
  return `Default options are read from the following files in the given order:\n${myCnf} \n`;
}

const commandDirectory = fileURLToPath(new URL('./hosts/bin', import.meta.url));

/** mysqld's unit under each name that a distribution gives it; keepalived in name only. */
function unitsOf(instance: Instance): ReadonlyMap<string, Service> {
  const mysqld: Service = {
    isRunning: () => instance.isRunning(),
    start: () => instance.start(),
    stop: () => instance.stop(serviceStopLimitMs),
    kill: () => instance.kill(),
    terminate: () => instance.terminate(),
    startedAt: () => instance.startedAtMicros,
  };
  return new Map([
    ['mysqld', mysqld],
    ['mysql', mysqld],
    ['mariadb', mysqld],
    ['keepalived', nominalService()],
  ]);
}
