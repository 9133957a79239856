/** One pair, given one input after the other. */
import { allSafeguards } from '../../../lib/core/decision/safeguards.ts';
import type { Misconfiguration, Saw } from '../../../lib/core/evidence/sighting.ts';
import type { Memory } from '../../../lib/core/memory/memory.ts';
import type { Order } from '../../../lib/core/operator/order.ts';
import { type Input, step } from '../../../lib/core/pair/pair.ts';
import { newPair, type PairState } from '../../../lib/core/pair/pair-state.ts';
import type { Ready } from '../../../lib/core/pair/ready.ts';
import { answers1, answers2, hears2, NOW_MS, pairWith, refused, steady } from '../world.ts';

/** The standby no longer hears the holder. */
export const deaf = hears2({ io: 'connecting', heardAgoMs: 4000 });

/** A leader of one pair with one vantage, whose store takes everything at once if nothing else is said. */
export class Bench {
  state: PairState;
  nowMs = NOW_MS;
  /** What was ready, step by step. */
  readonly ready: Ready[] = [];

  constructor(memory: Memory = steady.memory) {
    this.state = newPair({
      pair: pairWith(),
      safeguards: allSafeguards,
      vantages: ['a'],
      memory,
      nextId: 'aaaa0001',
      epoch: 1,
      unwatchedSinceMs: NOW_MS,
      nowMs: NOW_MS,
    });
  }

  /** Takes the input when time has passed, with a tick in each whole second of it. */
  take(input: Input, afterMs = 0): Ready {
    for (let restMs = afterMs; restMs > 1000; restMs -= 1000) {
      this.nowMs += 1000;
      this.step({ kind: 'tick' });
    }
    this.nowMs += afterMs > 0 ? afterMs - Math.ceil(afterMs / 1000 - 1) * 1000 : 0;
    return this.step(input);
  }

  step(input: Input): Ready {
    const { state, ready } = step(this.state, input, this.nowMs);
    this.state = state;
    this.ready.push(ready);
    return ready;
  }

  report(db1: Saw, db2: Saw = answers2(), afterMs = 250, startedMs = this.nowMs + afterMs): Ready {
    const sightings = [
      { node: 'db1', saw: db1 },
      { node: 'db2', saw: db2 },
    ];
    const report = { kind: 'saw', vantage: 'a', atMs: this.nowMs + afterMs, sightings } as const;
    return this.take({ kind: 'report', report, startedMs }, afterMs);
  }

  ec2(node = 'db1', wrong: readonly Misconfiguration[] = []): Ready {
    const instances = { db1: 'running', db2: 'running' } as const;
    const place = { kind: 'node', node } as const;
    const sighting = {
      kind: 'saw',
      atMs: this.nowMs,
      place,
      instances,
      room: { db1: true, db2: true },
      wrong,
    } as const;
    return this.take({ kind: 'ec2', sighting, askedMs: this.nowMs });
  }

  store(memory: Memory | null, newId = 'bbbb0002'): void {
    if (memory !== null) this.take({ kind: 'stored', memory, newId });
  }

  /** EC2 and looks of some seconds have been heard, and what was worth saving is saved. */
  begin(): this {
    this.settle(this.ec2());
    for (let looks = 0; looks < 8; looks += 1) this.settle(this.report(answers1(), answers2(), 1000));
    return this;
  }

  settle({ save, run }: Ready): Ready {
    this.store(save);
    return save === null && run === null ? (this.ready.at(-1) as Ready) : this.take({ kind: 'done' });
  }

  /** The holder dies; what is ready when that is sure. */
  lose(): Ready {
    let ready = this.report(refused, deaf);
    for (let looks = 1; looks < 8 && ready.run === null; looks += 1) {
      this.settle(ready);
      ready = this.report(refused, deaf);
    }
    return ready;
  }
}

export const order = (action: 'pause' | 'switchover', id: string): Input => {
  const said = { pair: 'orders', by: 'ann', why: 'a test' };
  const asked: Order =
    action === 'pause'
      ? { action, ...said, minutes: 5 }
      : { action, ...said, to: 'db2', force: false, killLong: false };
  return { kind: 'order', order: { id, atMs: NOW_MS, order: asked } };
};
