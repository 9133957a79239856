/** Looks at a copy from one node to the other, and carries out its steps, through documents on both hosts. */
import { nodeOf, type Pair } from '../core/config.ts';
import { parseSeedFacts, type SeedFacts, type Seeding } from '../core/seed.ts';
import { PortError, type Ports } from './ports.ts';

/** How long a short document may take, with the way there and back. Milliseconds. */
const SHORT_LIMIT_MS = 60_000;

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
          ...{ Action: 'look', Position: facts.position },
        })
      : 'place=none';
  return {
    ...facts,
    door: door.includes('door=open') ? 'open' : 'closed',
    place: place.includes('place=known') ? 'known' : place.includes('place=none') ? 'none' : 'unknown',
  };
}

/** Carries out one of `seedGoals`. A copy that takes longer than the time is found at work by the next look. */
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
        ...{ Action: 'open', Plugin: plugin ?? 'NONE', Hash: hash ?? 'NONE' },
      });
      return;
    case 'data-copied':
      await host.run(pair, to, 'seed-copy', limitMs, {
        ...{ Run: run, From: nodeOf(pair, from).address, Port: String(pair.port), Method: seeding.method },
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
