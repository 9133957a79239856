/** A whole copy: which documents run on which host, and what a run that was broken off leaves to the next. */
import { expect, it, test } from 'vitest';
import type { HostDocument } from '../../lib/core/hosts/host-document.ts';
import type { SeedServer } from '../../lib/core/hosts/seed.ts';
import { PortError } from '../../lib/watch/ports/port-error.ts';
import { copyData } from '../../lib/watch/seed.ts';
import { pairWith } from '../core/world.ts';

const pair = pairWith({});
const mysql: SeedServer = { flavor: 'mysql', version: '5.6.24', areGtidsOn: true };
const copy = { from: 'db1', to: 'db2', run: 's-1', source: mysql, target: mysql };

/** What the two hosts have noted, as the documents change it. */
class Hosts {
  phase = 'none';
  isDoorOpen = false;
  nowMs = 0;
  /** How many looks a copy is found at work before it is over. */
  looksAtWork = 0;
  because = '';
  readonly ran: string[] = [];
  /** Called before each document. */
  before: (document: HostDocument) => void = () => {};

  readonly host = {
    run: async (
      _: unknown,
      node: string,
      document: HostDocument,
      _limitMs: number,
      given: Record<string, string>,
    ) => {
      this.before(document);
      if (document === 'seed-facts') return this.#facts();
      if (given.Action === 'look') return `door=${this.isDoorOpen ? 'open' : 'closed'}`;
      this.ran.push(
        [document, node, given.Action ?? given.Method].filter((word) => word !== undefined).join(' '),
      );
      this.#change(document, given);
      return '';
    },
  };
  readonly clock = {
    nowMs: () => this.nowMs,
    sleep: async (ms: number) => {
      this.nowMs += ms;
    },
  };

  #facts(): string {
    if (this.phase === 'copying' && this.looksAtWork === 0) this.phase = 'copied';
    if (this.phase === 'copying') this.looksAtWork -= 1;
    if (this.phase === 'none') return 'phase=none';
    return `phase=${this.phase}\nkept=/kept\nplugin=p\nhash=AB\nbecause=${this.because}`;
  }

  #change(document: HostDocument, { Action }: Record<string, string>): void {
    if (document === 'seed-prepare') this.phase = 'prepared';
    if (document === 'seed-door') this.isDoorOpen = Action === 'open';
    if (document === 'seed-copy') this.phase = 'copied';
  }
}

function run(hosts: Hosts, limitMs = 600_000, more: Partial<typeof copy> = {}): Promise<void> {
  return copyData(hosts as never, pair, { ...copy, ...more }, limitMs);
}

const whole = ['seed-prepare db2', 'seed-door db1 open', 'seed-copy db2 dump', 'seed-door db1 close'];

it('keeps what db2 had, lets it read db1, copies, and shuts the door again', async () => {
  const hosts = new Hosts();
  await run(hosts);
  expect(hosts.ran).toEqual(whole);
});

test.each(whole.map((_, index) => index))(
  'goes on where it was broken off: before step %i of it',
  async (steps) => {
    const hosts = new Hosts();
    hosts.before = () => {
      if (hosts.ran.length === steps) throw new PortError('timeout', 'the function is gone');
    };
    await expect(run(hosts)).rejects.toThrow('the function is gone');
    hosts.before = () => {};
    await run(hosts);
    expect(hosts.ran).toEqual(whole);
    expect(hosts.isDoorOpen).toBe(false);
  },
);

it('waits for a copy that is still at work on its host, and begins no second one', async () => {
  const hosts = Object.assign(new Hosts(), { phase: 'copying', isDoorOpen: true, looksAtWork: 3 });
  await run(hosts);
  expect(hosts.ran).toEqual(['seed-door db1 close']);
});

it('leaves a copy that takes longer than the time to the next invocation', async () => {
  const hosts = Object.assign(new Hosts(), { phase: 'copying', isDoorOpen: true, looksAtWork: 1000 });
  await expect(run(hosts, 60_000)).rejects.toThrow('the copy is not over: data-copied is next');
  expect(hosts.ran).toEqual([]);
});

it('clones where it can, and dumps after a clone that failed', async () => {
  const today = { ...mysql, version: '9.7.1' };
  const methodOf = async (because: string) => {
    const hosts = Object.assign(new Hosts(), { phase: 'prepared', because });
    await run(hosts, 600_000, { source: today, target: today });
    return hosts.ran.find((line) => line.startsWith('seed-copy'));
  };
  expect(await methodOf('')).toBe('seed-copy db2 clone');
  expect(await methodOf('the clone ended as: Failed')).toBe('seed-copy db2 dump');
});

it('copies nothing between servers of two series', async () => {
  const hosts = new Hosts();
  const target = { ...mysql, version: '9.7.1' };
  await expect(run(hosts, 600_000, { target })).rejects.toThrow('the same series on both nodes');
  expect(hosts.ran).toEqual([]);
});
