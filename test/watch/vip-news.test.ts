import { expect, it } from 'vitest';
import { type Evidence, noEvidence, observeThrough, observeVip, placeOf } from '../../lib/core/evidence.ts';
import type { VipPlace } from '../../lib/core/sighting.ts';
import { VipNews } from '../../lib/watch/vip-news.ts';
import { pairWith, UUID1, UUID2 } from '../core/world.ts';
import { newWorld, portsOf } from './pair.ts';

const identities: Readonly<Record<string, string>> = { db1: UUID1, db2: UUID2 };

/** News of a VIP that db1 answers through; `places` is where it was taken to be after each piece of news. */
function listen() {
  const pair = pairWith();
  let evidence: Evidence = noEvidence(pair, 1);
  const places: (VipPlace | undefined)[] = [];
  const set = (next: Evidence) => {
    evidence = next;
    places.push(placeOf(evidence, 1000)?.place);
  };
  const news = new VipNews({
    pair,
    ports: portsOf(newWorld()),
    identityOf: (node) => identities[node] ?? null,
    lastHolder: () => ({ node: 'db1', isNew: false }),
    isOld: () => false,
    onSighting: (sighting) => set(observeVip(evidence, sighting)),
    onAnswer: (said) => set(observeThrough(evidence, said, 1000)),
  });
  const says = async (place: VipPlace) => {
    news.take({ kind: 'saw', atMs: 1000, place, instances: {}, room: {} }, 1000);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { says, places };
}

it('what EC2 said before counts at no moment once it says what is expected', async () => {
  const { says, places } = listen();
  for (let looks = 0; looks < 3; looks++) await says({ kind: 'nowhere' });
  const after = places.length;
  await says({ kind: 'node', node: 'db1' });
  expect(places.slice(after)).toEqual([
    { kind: 'node', node: 'db1' },
    { kind: 'node', node: 'db1' },
  ]);
});
