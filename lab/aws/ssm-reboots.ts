/** What commands do to the machine under them: it reboots when they ask for it, or crashes when nobody does. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host, Invocation, SsmTiming } from './ssm-command.ts';

type HostOf = (instanceId: string) => Host;

/** Each document that changes a host is in the way of a crash of that host, once. */
export class Crashes {
  readonly done = new Set<string>();
  readonly #hostOf: HostOf;
  readonly #timing: SsmTiming;

  constructor(hostOf: HostOf, timing: SsmTiming) {
    this.#hostOf = hostOf;
    this.#timing = timing;
  }

  of({ instanceId, document }: Invocation): (() => Promise<void>) | null {
    const { crash } = this.#hostOf(instanceId);
    const key = `${instanceId} ${document}`;
    if (this.#timing.crashAfterMs === null || looks.test(document) || this.done.has(key) || !crash)
      return null;
    return () => {
      this.done.add(key);
      return crash();
    };
  }
}

/** Documents that change nothing: a crash in one of them shows nothing. */
const looks = /-(facts|start|transactions)$/;

/** The reboots that scripts ask for: one for all that ask before it. */
export class Reboots {
  readonly #pending = new Map<string, Promise<void>>();
  readonly #hostOf: HostOf;
  readonly #timing: SsmTiming;
  readonly #isClosed: () => boolean;

  constructor(hostOf: HostOf, timing: SsmTiming, isClosed: () => boolean) {
    this.#hostOf = hostOf;
    this.#timing = timing;
    this.#isClosed = isClosed;
  }

  of(instanceId: string): (() => Promise<void>) | null {
    const { reboot } = this.#hostOf(instanceId);
    return reboot ? () => this.#once(instanceId, reboot) : null;
  }

  #once(instanceId: string, reboot: () => Promise<void>): Promise<void> {
    const pending = this.#pending.get(instanceId);
    if (pending !== undefined) return pending;
    const begun = this.#later(reboot).finally(() => this.#pending.delete(instanceId));
    this.#pending.set(instanceId, begun);
    return begun;
  }

  async #later(reboot: () => Promise<void>): Promise<void> {
    await sleep(this.#timing.rebootAfterMs, undefined, { ref: false });
    if (!this.#isClosed()) await reboot();
  }
}
