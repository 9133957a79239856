/** `ip` on a host of the lab: its devices and addresses, and as much of the command as scripts use. */
import type { DoorAnswer } from './door.ts';

/** The devices of a host, each with its addresses as `address/length`. */
export class Devices {
  readonly #addresses = new Map<string, Set<string>>();
  readonly #changed: () => void;

  constructor(given: Readonly<Record<string, readonly string[]>>, changed: () => void) {
    for (const [device, addresses] of Object.entries(given)) this.#addresses.set(device, new Set(addresses));
    this.#changed = changed;
  }

  /** Whether any device has the address. */
  has(address: string): boolean {
    return [...this.#addresses.values()].some((all) => [...all].some((one) => one.startsWith(`${address}/`)));
  }

  /** As `ip` with these arguments. Pure but for the devices themselves. */
  run(args: readonly string[]): DoorAnswer {
    const [object = '', verb = 'show', ...rest] = args.filter((word) => !word.startsWith('-'));
    if ('address'.startsWith(object) && object !== '') return this.#address(verb, rest);
    if ('link'.startsWith(object) && object !== '') return this.#link(verb, rest);
    if ('route'.startsWith(object) && object !== '') return said(`default dev ${primary}\n`);
    return failed(255, `Object "${object}" is unknown, try "ip help".`);
  }

  #address(verb: string, rest: readonly string[]): DoorAnswer {
    if (['show', 'list', 'ls'].includes(verb)) return this.#show(wordAfter(rest, 'dev'));
    const [given = ''] = rest;
    const device = wordAfter(rest, 'dev') ?? '';
    const addresses = this.#addresses.get(device);
    if (!addresses) return failed(1, `Cannot find device "${device}"`);
    const address = given.includes('/') ? given : `${given}/32`;
    if (['add', 'replace'].includes(verb)) {
      if (addresses.has(address) && verb === 'add') return failed(2, 'RTNETLINK answers: File exists');
      addresses.add(address);
    } else if (['del', 'delete'].includes(verb)) {
      if (!addresses.delete(address)) return failed(2, 'RTNETLINK answers: Cannot assign requested address');
    } else {
      return failed(255, `Command "${verb}" is unknown, try "ip address help".`);
    }
    this.#changed();
    return said('');
  }

  #link(verb: string, rest: readonly string[]): DoorAnswer {
    const device = wordAfter(rest, 'dev') ?? rest[0] ?? '';
    const known = this.#addresses.has(device);
    if (verb === 'add') {
      if (known) return failed(2, 'RTNETLINK answers: File exists');
      this.#addresses.set(device, new Set());
      return said('');
    }
    if (!known) return failed(1, `Device "${device}" does not exist.`);
    if (verb === 'del' || verb === 'delete') {
      this.#addresses.delete(device);
      this.#changed();
    }
    return said('');
  }

  /** The form of `-4 -o`, whatever was asked: a line per address. */
  #show(only: string | undefined): DoorAnswer {
    if (only !== undefined && !this.#addresses.has(only))
      return failed(1, `Device "${only}" does not exist.`);
    const lines = [...this.#addresses].flatMap(([device, addresses], index) =>
      only === undefined || only === device
        ? [...addresses].map(
            (address) => `${index + 1}: ${device}    inet ${address} scope global ${device}\n`,
          )
        : [],
    );
    return said(lines.join(''));
  }
}

/** The interface of the ENI. */
export const primary = 'ens5';

/** The dummy interface with the VIP on both hosts, as docs/hosts.md has it. */
export const prebound = 'keepalambda0';

function wordAfter(words: readonly string[], word: string): string | undefined {
  const index = words.indexOf(word);
  return index === -1 ? undefined : words[index + 1];
}

function said(stdout: string): DoorAnswer {
  return { exitCode: 0, stdout, stderr: '' };
}

function failed(exitCode: number, message: string): DoorAnswer {
  return { exitCode, stdout: '', stderr: `${message}\n` };
}
