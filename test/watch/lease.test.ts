import { describe, expect, it, test } from 'vitest';
import { allSafeguards, without } from '../../lib/core/decision/safeguards.ts';
import {
  ACT_MARGIN_MS,
  CONTEND_EVERY_MS,
  LEASE_LIFE_MS,
  RENEW_EVERY_MS,
  TAKE_AFTER_MS,
  WAIT_OUT_MS,
} from '../../lib/core/time-budget.ts';
import { contend, type HeldLease } from '../../lib/watch/lease.ts';
import type { Ports } from '../../lib/watch/ports/ports.ts';
import type { Lease } from '../../lib/watch/ports/store.ts';
import { settled, VirtualClock } from './clock.ts';
import { Table } from './table.ts';

function world() {
  const clock = new VirtualClock();
  const table = new Table();
  const warnings: string[] = [];
  const log = {
    info: () => undefined,
    warn: (text: string) => void warnings.push(text),
    error: () => undefined,
  };
  const ports = { clock, log, store: table.store } as unknown as Ports;
  const stop = new AbortController();
  const contending = (forMs = 60_000, safeguards = allSafeguards) => {
    const asked: { lease?: HeldLease | null } = {};
    void contend(ports, 'us', clock.nowMs() + forMs, safeguards, stop.signal).then((lease) => {
      asked.lease = lease;
    });
    return asked;
  };
  return { clock, table, warnings, ports, stop, contending };
}

/** A lease just taken, which is kept. */
async function leading(safeguards = allSafeguards) {
  const all = world();
  const lease = await contend(all.ports, 'us', all.clock.nowMs() + 1000, safeguards);
  if (!lease) throw new Error('a free lease was not taken');
  const lost: number[] = [];
  const kept = lease.keep(all.stop.signal, () => lost.push(all.clock.nowMs()));
  await settled();
  return { ...all, lease, lost, kept };
}

describe('contending', () => {
  test.each<[what: string, before: Partial<Lease> | null, epoch: number]>([
    ['the first lease ever', null, 1],
    ['one that was given back', { released: true, epoch: 4 }, 5],
  ])('takes at once, and may act at once: %s', async (_, before, epoch) => {
    const { clock, table, contending } = world();
    if (before) table.renewedBy('them', before);
    const asked = contending();
    await clock.pass(0);
    expect([asked.lease?.epoch, asked.lease?.mayAct()]).toEqual([epoch, true]);
    expect(asked.lease?.unwatchedSinceMs).toBe(clock.nowMs());
  });

  it('never takes a lease that is renewed, however late by our clock', async () => {
    const { clock, table, contending } = world();
    table.renewedBy('them');
    const asked = contending();
    for (let round = 0; round < 10; round += 1) {
      await clock.pass(TAKE_AFTER_MS - CONTEND_EVERY_MS);
      table.renewedBy('them');
    }
    expect(asked.lease).toBeUndefined();
    expect(table.lease?.owner).toBe('them');
  });

  it('takes it when the version has stood still for longer than its holder may act, and waits out what may be in flight', async () => {
    const { clock, table, contending } = world();
    table.renewedBy('them');
    const asked = contending();
    const sinceMs = clock.nowMs();
    await clock.pass(TAKE_AFTER_MS - 1);
    expect(asked.lease).toBeUndefined();
    await clock.pass(1);
    expect(asked.lease?.epoch).toBe(5);
    expect(asked.lease?.mayAct()).toBe(false);
    expect(asked.lease?.unwatchedSinceMs).toBe(sinceMs);
  });

  it('may act once that is over, if it has been renewed meanwhile', async () => {
    const { clock, table, contending, stop } = world();
    table.renewedBy('them');
    const asked = contending();
    await clock.pass(TAKE_AFTER_MS);
    const { lease } = asked;
    void lease?.keep(stop.signal, () => undefined);
    await clock.pass(WAIT_OUT_MS - 1);
    expect(lease?.mayAct()).toBe(false);
    await clock.pass(1);
    expect(lease?.mayAct()).toBe(true);
  });

  it('may act at once for a pair of which the one before has left no calls', async () => {
    const { clock, table, contending } = world();
    table.renewedBy('them');
    const asked = contending();
    await clock.pass(TAKE_AFTER_MS);
    expect([asked.lease?.mayAct('none'), asked.lease?.mayAct()]).toEqual([true, false]);
  });

  it('does not wait it out with that safeguard taken away', async () => {
    const { clock, table, contending } = world();
    table.renewedBy('them');
    const asked = contending(60_000, without('waitOut'));
    await clock.pass(TAKE_AFTER_MS);
    expect(asked.lease?.mayAct()).toBe(true);
  });

  it('finds that it is ours when only the answer was lost, and waits out what may be in flight', async () => {
    const { clock, table, contending } = world();
    table.renewedBy('them');
    const { takeLease } = table.store;
    table.store.takeLease = async (...args) => {
      await takeLease(...args);
      throw new Error('no answer');
    };
    const asked = contending();
    await clock.pass(TAKE_AFTER_MS);
    expect([asked.lease, table.lease?.owner]).toEqual([undefined, 'us']);
    await clock.pass(1000);
    expect([asked.lease?.epoch, asked.lease?.mayAct()]).toEqual([5, false]);
    // When it was taken is not known: that is waited for whatever the one before has left.
    expect(asked.lease?.mayAct('none')).toBe(false);
  });

  it('takes a greater epoch than the one that it led under, though the record was deleted, and waits out its own calls', async () => {
    const { clock, ports, stop } = world();
    const lease = await contend(ports, 'us', clock.nowMs() + 1000, allSafeguards, stop.signal, 7);
    expect([lease?.epoch, lease?.mayAct('none'), lease?.mayAct()]).toEqual([8, true, false]);
  });

  it('does not take an older lease of its own, which it has lost, for the one that it tried to take', async () => {
    const { clock, table, contending } = world();
    table.renewedBy('us');
    table.before = (call) => {
      if (call === 'take') throw new Error('timeout');
    };
    const asked = contending();
    await clock.pass(TAKE_AFTER_MS + 1000);
    expect(asked.lease).toBeUndefined();
    table.before = () => undefined;
    await clock.pass(CONTEND_EVERY_MS);
    expect(asked.lease?.epoch).toBe(5);
  });

  it('begins to count anew when somebody else was quicker', async () => {
    const { clock, table, contending } = world();
    table.renewedBy('them', { released: true });
    table.before = (call) => {
      if (call === 'take') table.renewedBy('a third');
    };
    const asked = contending();
    await clock.pass(TAKE_AFTER_MS - 1);
    expect(asked.lease).toBeUndefined();
    expect(table.lease?.owner).toBe('a third');
  });

  it('goes on while the store does not answer, and says so', async () => {
    const { clock, table, warnings, contending } = world();
    table.before = () => {
      throw new Error('ProvisionedThroughputExceeded');
    };
    const asked = contending();
    await clock.pass(2000);
    expect(warnings).toContain('contending for the lease: the store does not answer');
    table.before = () => undefined;
    await clock.pass(1000);
    expect(asked.lease?.epoch).toBe(1);
  });

  test.each(['deadline', 'stop'])('ends without it: %s', async (how) => {
    const { clock, table, stop, contending } = world();
    table.renewedBy('them');
    const asked = contending(3000);
    if (how === 'stop') stop.abort();
    await clock.pass(how === 'stop' ? 0 : 3000);
    expect(asked.lease).toBeNull();
  });
});

describe('keeping', () => {
  it('renews every second, and may act all the while', async () => {
    const { clock, lease, lost, table } = await leading();
    const versions = new Set([table.lease?.version]);
    for (let round = 0; round < 20; round += 1) {
      await clock.pass(RENEW_EVERY_MS / 2);
      versions.add(table.lease?.version);
      expect(lease.mayAct()).toBe(true);
    }
    expect([versions.size, lost]).toEqual([11, []]);
  });

  it('is lost at once when somebody else has it', async () => {
    const { clock, lease, lost, table } = await leading();
    table.renewedBy('them', { epoch: 9 });
    await clock.pass(2000);
    expect([lost.length, lease.mayAct()]).toEqual([1, false]);
  });

  it('may not act with less than the margin left, and is lost when its life is over', async () => {
    const { clock, lease, lost, table } = await leading();
    table.before = () => {
      throw new Error('timeout');
    };
    await clock.pass(LEASE_LIFE_MS - ACT_MARGIN_MS);
    expect(lease.mayAct()).toBe(true);
    await clock.pass(1);
    expect([lease.mayAct(), lost]).toEqual([false, []]);
    await clock.pass(3000);
    expect(lost).toEqual([1_000_000 + LEASE_LIFE_MS]);
  });

  it('forgives a store that fails for a moment', async () => {
    const { clock, lease, lost, table } = await leading();
    table.before = () => {
      throw new Error('timeout');
    };
    await clock.pass(LEASE_LIFE_MS - 400);
    table.before = () => undefined;
    await clock.pass(300);
    expect([lease.mayAct(), lost]).toEqual([true, []]);
  });

  it('ends to act before a contender takes the lease, and is lost with its next renewal', async () => {
    const { clock, lease, lost, table, ports } = await leading();
    await clock.pass(RENEW_EVERY_MS / 2);
    let taken: HeldLease | null = null;
    void contend(ports, 'them', clock.nowMs() + 60_000, allSafeguards).then((theirs) => {
      taken = theirs;
    });
    table.before = (call) => {
      if (call === 'renew') throw new Error('timeout');
    };
    const sinceMs = clock.nowMs();
    const acting = new Set<string>();
    while (taken === null && clock.nowMs() - sinceMs < LEASE_LIFE_MS) {
      await clock.pass(50);
      acting.add(`${lease.mayAct()} ${(taken as HeldLease | null)?.mayAct('none') ?? false}`);
    }
    expect([...acting]).toEqual(['true false', 'false false', 'false true']);
    expect([clock.nowMs() - sinceMs, lost]).toEqual([TAKE_AFTER_MS, []]);
    table.before = () => undefined;
    await clock.pass(RENEW_EVERY_MS);
    expect([lost.length, lease.mayAct(), table.lease?.owner]).toEqual([1, false, 'them']);
  });

  it('counts its life from when the renewal was sent, not from when it was answered', async () => {
    const { clock, lease, table } = await leading();
    const slowMs = LEASE_LIFE_MS - ACT_MARGIN_MS - 100;
    table.before = (call) => (call === 'renew' ? clock.sleep(slowMs) : undefined);
    await clock.pass(RENEW_EVERY_MS + slowMs);
    expect(lease.mayAct()).toBe(true);
    await clock.pass(200);
    expect(lease.mayAct()).toBe(false);
  });

  it('acts without a lease only with that safeguard taken away', async () => {
    const { clock, lease, table } = await leading(without('leaseCheck'));
    table.renewedBy('them', { epoch: 9 });
    await clock.pass(60_000);
    expect(lease.mayAct()).toBe(true);
  });
});

describe('giving it back', () => {
  it('so that the successor need not wait', async () => {
    const { lease, table, stop, kept } = await leading();
    stop.abort();
    await kept;
    await lease.release();
    expect(table.released).toBe(1);
  });

  it('not when it is no longer ours', async () => {
    const { clock, lease, table } = await leading();
    table.renewedBy('them', { epoch: 9 });
    await clock.pass(2000);
    await lease.release();
    expect(table.released).toBe(0);
  });

  it('in vain is no harm: it will expire', async () => {
    const { lease, table, warnings } = await leading();
    table.before = () => {
      throw new Error('timeout');
    };
    await lease.release();
    expect(warnings).toEqual(['the lease could not be given back, it will expire']);
  });
});
