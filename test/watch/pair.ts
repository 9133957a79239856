/** Two masters, EC2 and the hosts, as small as a plan needs them: states, and the calls that changed them. */
import { nodeOf } from '../../lib/core/config/config.ts';
import { allSafeguards } from '../../lib/core/decision/safeguards.ts';
import type { ServerFacts } from '../../lib/core/doctor/facts.ts';
import type { Obstacle } from '../../lib/core/evidence/probe-results.ts';
import type { Position, VipPlace } from '../../lib/core/evidence/sighting.ts';
import type { NodeName } from '../../lib/core/names.ts';
import type { Clock, Ports } from '../../lib/watch/ports/ports.ts';
import type { StepContext } from '../../lib/watch/step-context.ts';
import { factsOf } from '../core/doctor/healthy.ts';
import { failover, pairWith, position, recordOf, UUID1, UUID2 } from '../core/world.ts';
import { hurried } from './clock.ts';

export interface World {
  /** `close db1`, `assign db2`, in order. */
  readonly calls: string[];
  readonly writable: Record<NodeName, boolean>;
  place: VipPlace;
  /** EC2 does not say where the VIP is. */
  ec2Blind: boolean;
  /** What a call does before it takes effect: throw, mostly. */
  before: (call: string) => void;
  /** What a call does after it took effect: a lost answer, or a death. */
  after: (call: string) => void;
  /** What stands in the way of a planned move. */
  obstacles: readonly Obstacle[];
  /** When sessions were ended, at each closing of db1. */
  readonly kills: string[];
  /** How far the standby has applied. */
  applied: () => Position;
  /** Whether the standby is behind at this call: `catch up db2 to …`. */
  lags: (call: string) => boolean;
  /** Who answers through the VIP; null for the node that has it. */
  impostor: string | null;
  /** Why our own heartbeat cannot be written, though the server takes writes. */
  barred: string | null;
  groups: readonly string[];
  /** The address that the chain replica r01 follows, and why it cannot be pointed elsewhere. */
  followed: string;
  apart: string | null;
  /** What a document of ours prints. */
  printed: string;
  /** What doctor reads there. */
  facts: (node: NodeName) => ServerFacts;
  clock: Clock;
}

/** db1 holds the VIP and takes writes; db2 is ready. */
export function newWorld(changes: Partial<World> = {}): World {
  return {
    calls: [],
    writable: { db1: true, db2: false },
    place: { kind: 'node', node: 'db1' },
    ec2Blind: false,
    before: () => undefined,
    after: () => undefined,
    lags: () => false,
    obstacles: [],
    kills: [],
    applied: () => position(`${UUID1}:1-100`),
    impostor: null,
    barred: null,
    groups: ['sg-old'],
    followed: '10.0.1.11',
    apart: null,
    printed: 'ok',
    facts: factsOf,
    clock: hurried(),
    ...changes,
  };
}

export const identities: Readonly<Record<NodeName, string>> = { db1: UUID1, db2: UUID2 };

/** Does something to the world as a call that may fail before it or after. */
export function call<T>(world: World, name: string, effect: () => T): T {
  world.before(name);
  world.calls.push(name);
  const result = effect();
  world.after(name);
  return result;
}

/** The ports on that world: as much of them as plans use. */
export function portsOf(world: World): Ports {
  const quiet = () => undefined;
  const log = { info: quiet, warn: quiet, error: quiet };
  const ports: Pick<Ports, 'clock' | 'log' | 'vip' | 'database' | 'host'> = {
    clock: world.clock,
    log,
    vip: {
      locate: async ([pair]) => {
        if (!pair || world.ec2Blind)
          return new Map([['orders', { kind: 'blind', atMs: 0, because: 'timeout' }]]);
        return new Map([
          [pair.name, { kind: 'saw', atMs: 0, place: world.place, instances: {}, room: {}, wrong: [] }],
        ]);
      },
      assign: async (_, to) =>
        call(world, `assign ${to}`, () => {
          world.place = { kind: 'node', node: to };
        }),
      isolate: async (_, node) => call(world, `isolate ${node}`, () => world.groups),
      release: async (_, node, groups) => call(world, `release ${node} ${groups.join(',')}`, () => undefined),
      stopInstance: async (_, node) => call(world, `stop ${node}`, () => undefined),
    },
    database: {
      vantages: ['a'],
      look: async () => new Map(),
      close: async (_, node, kills) =>
        call(world, `close ${node}`, () => {
          if (node === 'db1') world.kills.push(kills);
          const wasWritable = world.writable[node] === true;
          world.writable[node] = false;
          return {
            wasWritable,
            killed: wasWritable ? 3 : 0,
            position: position(`${identities[node]}:1-100`),
          };
        }),
      open: async (_, node) =>
        call(world, `open ${node}`, () => {
          const wasWritable = world.writable[node] === true;
          world.writable[node] = true;
          return { wasWritable };
        }),
      catchUp: async (_, node, { upTo }, limitMs) => {
        const name = `catch up ${node}${upTo ? ` to ${upTo.gtid}` : ''}`;
        const at = position(`${UUID1}:1-100`);
        const answer = { applied: at, received: at, executed: at, because: 'it lags' };
        const reached = call(world, name, () => !world.lags(name));
        if (!reached) await world.clock.sleep(limitMs);
        return { ...answer, applied: world.applied(), reached };
      },
      detach: async (_, node, __, threads) =>
        call(world, `detach ${node}${threads === 'both' ? ' and its applier' : ''}`, () => ({
          was: 'running',
          received: position(`${UUID1}:1-100`),
          outlasts: true,
        })),
      reconnect: async (_, node) => call(world, `reconnect ${node}`, () => ({ answers: false })),
      attach: async (_, node) => call(world, `attach ${node}`, () => ({ wasRunning: false })),
      replicate: async (_, node) => call(world, `replicate ${node}`, () => undefined),
      inspect: async (_, node) => call(world, `inspect ${node}`, () => world.obstacles),
      examine: async (_, node) => call(world, `examine ${node}`, () => world.facts(node)),
      // A look, like `locate`: it is no call that changes anything.
      replica: async () => {
        world.before('look at r01');
        return {
          sourceAddress: world.followed,
          sourceIdentity: null,
          io: 'connecting',
          sql: 'yes',
          lagSeconds: null,
          error: null,
        };
      },
      feeds: async (_, node) => call(world, `replicas of ${node}`, () => []),
      repoint: async (_, { name }, __, to) =>
        call(world, `point ${name} at ${to}`, () => {
          if (world.apart !== null) return { now: 'apart', because: world.apart };
          world.followed = nodeOf(pairWith(), to).address;
          return { now: 'repointed', because: '' };
        }),
      verify: async () =>
        call(world, 'verify', () => {
          const node = world.place.kind === 'node' ? world.place.node : '';
          return {
            identity: world.impostor ?? identities[node] ?? '',
            writable: world.writable[node] === true,
            heartbeat:
              world.barred === null
                ? { kind: world.writable[node] === true ? 'committed' : 'not-tried' }
                : { kind: 'barred', because: world.barred, blocker: null },
          };
        }),
    },
    host: {
      runNamed: async (_, node, command) => call(world, `${command} on ${node}`, () => 'ok'),
      run: async (_, node, document) => call(world, `${document} on ${node}`, () => world.printed),
    },
  };
  return ports as Ports;
}

/** The pair with a chain replica; the settings decide what becomes of it. */
export const withReplica = { pair: pairWith({ replicas: [{ name: 'r01', address: '10.0.1.31' }] }) };

/** What an executor is given, on that world. */
export function executionOn(world: World, changes: Partial<StepContext> = {}): StepContext {
  return {
    pair: withReplica.pair,
    ports: portsOf(world),
    safeguards: allSafeguards,
    guard: () => undefined,
    located: null,
    identityOf: (node) => identities[node] ?? null,
    isDown: () => false,
    lacksOwn: () => null,
    hasPassed: () => false,
    unwanted: () => null,
    waits: async () => undefined,
    record: recordOf(failover),
    ...changes,
  };
}
