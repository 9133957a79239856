/** Looks at a copy from one node to the other, and carries out its steps, through documents on both hosts. */
import { nodeOf, type Pair } from '../core/config/config.ts';
import { renderRefusal } from '../core/fault.ts';
import { nextStep } from '../core/hosts/host-work.ts';
import {
  parseSeedFacts,
  type SeedFacts,
  type Seeding,
  type SeedServer,
  seedGoals,
  seedMethodOf,
} from '../core/hosts/seed.ts';
import { STEP_MS_MIN } from './host-work.ts';
import { PortError } from './ports/port-error.ts';
import type { Ports } from './ports/ports.ts';

/** How long a short document may take, with the way there and back. Milliseconds. */
const SHORT_LIMIT_MS = 60_000;
/** Between two looks at a copy that is at work. Milliseconds. */
const AGAIN_MS = 2000;

type Hosts = Pick<Ports, 'host'>;

/** How far the copy has got. Changes nothing. Throws what the host port throws. */
export async function lookAtSeed(
  { host }: Hosts,
  pair: Pair,
  { from, to, run }: Pick<Seeding, 'from' | 'to' | 'run'>,
): Promise<SeedFacts> {
  const printed = await host.run(pair, to, 'seed-facts', SHORT_LIMIT_MS, { Run: run });
  const facts = parseSeedFacts(printed);
  if (facts.phase === 'none') return facts;
  const look = { Action: 'look', Plugin: 'NONE', Hash: 'NONE' };
  const door = await host.run(pair, from, 'seed-door', SHORT_LIMIT_MS, look);
  const place =
    facts.phase === 'copied' && facts.position !== null
      ? await host.run(pair, from, 'seed-place', SHORT_LIMIT_MS, {
          Action: 'look',
          Position: facts.position,
        })
      : 'place=none';
  return {
    ...facts,
    door: door.includes('door=open') ? 'open' : 'closed',
    place: place.includes('place=known') ? 'known' : place.includes('place=none') ? 'none' : 'unknown',
  };
}

/** Carries out one of `seedGoals`. If a copy takes longer than the time, the next look finds it at work. */
export async function carryOutSeed(
  { host }: Hosts,
  pair: Pair,
  goal: string,
  seeding: Seeding,
  facts: SeedFacts | null,
  limitMs: number,
): Promise<void> {
  const { from, to, run } = seeding;
  const shortMs = Math.min(limitMs, SHORT_LIMIT_MS);
  const { plugin, hash, position } = facts ?? { plugin: null, hash: null, position: null };
  switch (goal) {
    case 'own-history-kept':
      await host.run(pair, to, 'seed-prepare', limitMs, { Run: run });
      return;
    case 'reader-account':
      await host.run(pair, from, 'seed-door', shortMs, {
        Action: 'open',
        Plugin: plugin ?? 'NONE',
        Hash: hash ?? 'NONE',
      });
      return;
    case 'data-copied':
      await host.run(pair, to, 'seed-copy', limitMs, {
        Run: run,
        From: nodeOf(pair, from).address,
        Port: String(pair.port),
        Method: seeding.method,
        Writable: pair.writability === 'managed' ? 'refuse' : 'allow',
      });
      return;
    case 'reader-account-dropped':
      await host.run(pair, from, 'seed-door', shortMs, { Action: 'close', Plugin: 'NONE', Hash: 'NONE' });
      return;
    case 'channel-place':
      await host.run(pair, from, 'seed-place', shortMs, { Action: 'set', Position: position ?? 'NONE' });
      return;
    default:
      throw new PortError('refused', `a copy has no step ${goal}`);
  }
}

/** What both servers are, as their hosts say: a half-copied server may let no account in. */
export interface WholeCopy extends Pick<Seeding, 'from' | 'to' | 'run'> {
  readonly source: SeedServer;
  readonly target: SeedServer;
}

/** A whole copy at once, for `setup`. Throws a PortError when it is not over in time: the next one goes on with it. */
export async function copyData(
  ports: Pick<Ports, 'clock' | 'host'>,
  pair: Pair,
  { from, to, run, source, target }: WholeCopy,
  limitMs: number,
): Promise<void> {
  const { clock } = ports;
  const untilMs = clock.nowMs() + limitMs;
  for (;;) {
    const facts = await lookAtSeed(ports, pair, { from, to, run });
    const method = seedMethodOf(source, target, facts.because);
    if (typeof method === 'object') throw new PortError('unsuccessful', renderRefusal(method));
    const next = nextStep(seedGoals({ from, to, run, method }, facts));
    if (next.kind !== 'step') return;
    const leftMs = untilMs - clock.nowMs();
    if (leftMs < STEP_MS_MIN)
      throw new PortError('timeout', `the copy is not over: ${next.goal.name} is next`);
    if (facts.phase === 'copying') await clock.sleep(AGAIN_MS);
    else await carryOutSeed(ports, pair, next.goal.name, { from, to, run, method }, facts, leftMs);
  }
}
