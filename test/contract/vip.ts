/** What every `VipPort` keeps to: the simulator's, and EC2. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Pair } from '../../lib/core/config/config.ts';
import type { InstanceState, VipPlace, VipSighting } from '../../lib/core/evidence/sighting.ts';
import type { NodeName } from '../../lib/core/names.ts';
import type { VipPort } from '../../lib/watch/ports/vip.ts';

export interface VipWorld {
  readonly vip: VipPort;
  /** The VIP is on the first node; the pair has a quarantine group. */
  readonly pair: Pair;
  /** Where the VIP truly is; null on neither node. */
  holder(): NodeName | null;
  /** Takes the VIP off both nodes. */
  detach(): Promise<void>;
  groups(node: NodeName): readonly string[];
  instance(node: NodeName): InstanceState;
  /** The next so many changes are throttled. */
  throttle(times: number): void;
  /** The next change takes effect, and its answer is lost. */
  loseAnswer(): void;
  /** No call is answered from now on. */
  fail(): void;
  /** How many changes were asked for, whatever came of them. */
  changes(): number;
  settle<T>(work: Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function vipContract(name: string, makeWorld: () => Promise<VipWorld>): void {
  describe(`VIP contract: ${name}`, () => {
    let world: VipWorld;
    beforeEach(async () => {
      world = await makeWorld();
    });
    afterEach(() => world.close());
    const at = () => world;
    locateContract(at);
    assignContract(at);
    fencingContract(at);
  });
}

async function locate(world: VipWorld): Promise<VipSighting> {
  const sightings = await world.settle(world.vip.locate([world.pair]));
  const sighting = sightings.get(world.pair.name);
  if (!sighting) throw new Error(`nothing was said of ${world.pair.name}`);
  return sighting;
}

async function placeOf(world: VipWorld): Promise<VipPlace | 'blind'> {
  const sighting = await locate(world);
  return sighting.kind === 'saw' ? sighting.place : 'blind';
}

function locateContract(at: () => VipWorld): void {
  it('finds the holder, the instances and the room', async () => {
    const [first, second] = at().pair.nodes;
    expect(await locate(at())).toMatchObject({
      kind: 'saw',
      place: { kind: 'node', node: first.name },
      instances: { [first.name]: 'running', [second.name]: 'running' },
      room: { [first.name]: true, [second.name]: true },
    });
  });

  it('sees a VIP that is on neither node', async () => {
    await at().detach();
    expect(await placeOf(at())).toEqual({ kind: 'nowhere' });
  });

  it('is blind, and does not throw, when EC2 does not answer', async () => {
    at().fail();
    expect(await locate(at())).toMatchObject({ kind: 'blind', because: expect.stringMatching(/EC2/) });
  });
}

function assignContract(at: () => VipWorld): void {
  it('has the VIP on the other node when it resolves, and can be repeated', async () => {
    const { vip, pair, settle } = at();
    const [, second] = pair.nodes;
    await settle(vip.assign(pair, second.name));
    expect(at().holder()).toBe(second.name);
    await settle(vip.assign(pair, second.name));
    expect(await placeOf(at())).toEqual({ kind: 'node', node: second.name });
  });

  it('gets over being throttled for a moment', async () => {
    const { vip, pair, settle } = at();
    at().throttle(2);
    await settle(vip.assign(pair, pair.nodes[1].name));
    expect(at().holder()).toBe(pair.nodes[1].name);
  });

  it('says so when it is throttled for longer, and has changed nothing', async () => {
    const { vip, pair, settle } = at();
    at().throttle(50);
    await expect(settle(vip.assign(pair, pair.nodes[1].name))).rejects.toMatchObject({ kind: 'throttled' });
    expect(at().holder()).toBe(pair.nodes[0].name);
  });

  it('looks whether it took effect when the answer is lost', async () => {
    const { vip, pair, settle } = at();
    at().loseAnswer();
    await settle(vip.assign(pair, pair.nodes[1].name));
    expect(at().holder()).toBe(pair.nodes[1].name);
  });

  it('may have taken effect when EC2 does not answer at all', async () => {
    const { vip, pair, settle } = at();
    at().fail();
    await expect(settle(vip.assign(pair, pair.nodes[1].name))).rejects.toMatchObject({ kind: 'timeout' });
  });

  it('refuses a strange node, another address or another pair, before any call', async () => {
    const { vip, pair, settle } = at();
    const strange: [Pair, NodeName][] = [
      [pair, 'db9'],
      [{ ...pair, vip: '10.0.1.77' }, pair.nodes[1].name],
      [{ ...pair, name: 'other' }, pair.nodes[1].name],
    ];
    for (const [given, node] of strange) {
      await expect(settle(vip.assign(given, node))).rejects.toMatchObject({ kind: 'refused' });
    }
    expect(at().changes()).toBe(0);
  });
}

function fencingContract(at: () => VipWorld): void {
  it('isolates a node, gives back its groups, and releases it', async () => {
    const { vip, pair, settle } = at();
    const { name } = pair.nodes[0];
    const before = at().groups(name);
    expect(await settle(vip.isolate(pair, name))).toEqual(before);
    expect(at().groups(name)).toEqual([pair.quarantineGroup]);
    // A second time there is nothing of its own to give back.
    expect(await settle(vip.isolate(pair, name))).toEqual([]);
    await settle(vip.release(pair, name, before));
    expect(at().groups(name)).toEqual(before);
  });

  it('gives back the groups also when the answer to the swap is lost', async () => {
    const { vip, pair, settle } = at();
    const { name } = pair.nodes[0];
    const before = at().groups(name);
    at().loseAnswer();
    expect(await settle(vip.isolate(pair, name))).toEqual(before);
  });

  it('stops an instance, and a stopped one again', async () => {
    const { vip, pair, settle } = at();
    const { name } = pair.nodes[0];
    await settle(vip.stopInstance(pair, name));
    expect(at().instance(name)).toMatch(/^stop/);
    await settle(vip.stopInstance(pair, name));
  });
}
