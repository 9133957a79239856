/** What every `HostPort` keeps to: the simulator's, and SSM. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Pair } from '../../lib/core/config/config.ts';
import type { HostPort } from '../../lib/watch/ports/host.ts';

export interface HostWorld {
  readonly host: HostPort;
  readonly pair: Pair;
  /** The server of db1 does not run any more. */
  stopServer(): void;
  /** The document `restart-mysqld` fails on every host from now on. */
  breakRestart(): void;
  /** No command reaches a host from now on. */
  cutOff(): void;
  /** On how many hosts a document was begun. */
  runs(): number;
  settle<T>(work: Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function hostContract(name: string, makeWorld: () => Promise<HostWorld>): void {
  describe(`host contract: ${name}`, () => {
    let world: HostWorld;
    beforeEach(async () => {
      world = await makeWorld();
    });
    afterEach(() => world.close());

    it('runs a document and gives back what it printed', async () => {
      const { host, pair, settle } = world;
      world.stopServer();
      const printed = await settle(host.run(pair, 'db1', 'restart-mysqld', 10_000));
      expect(printed).toMatch(/restarted/);
      expect(world.runs()).toBe(1);
    });

    it('is unsuccessful when the document fails', async () => {
      const { host, pair, settle } = world;
      world.stopServer();
      world.breakRestart();
      const run = settle(host.run(pair, 'db1', 'restart-mysqld', 10_000));
      await expect(run).rejects.toMatchObject({ name: 'PortError', kind: 'unsuccessful' });
    });

    it('runs no document of a name that the pair does not have', async () => {
      const { host, pair, settle } = world;
      const run = settle(Promise.resolve().then(() => host.runNamed(pair, 'db1', 'upgrade', 1500)));
      await expect(run).rejects.toMatchObject({ name: 'PortError', kind: 'denied' });
      expect(world.runs()).toBe(0);
    });

    it('ends by its limit when the host is cut off, with nothing run there', async () => {
      const { host, pair, settle } = world;
      world.cutOff();
      const run = settle(host.run(pair, 'db2', 'restart-mysqld', 1500));
      await expect(run).rejects.toMatchObject({
        name: 'PortError',
        kind: expect.stringMatching(/timeout|unsucc/),
      });
      expect(world.runs()).toBe(0);
    });
  });
}
