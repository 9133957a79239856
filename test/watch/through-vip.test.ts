import { expect, it, test } from 'vitest';
import { PortError, type PortErrorKind } from '../../lib/watch/ports/port-error.ts';
import { askThroughVip } from '../../lib/watch/through-vip.ts';
import { pairWith, UUID1, UUID2 } from '../core/world.ts';
import { newWorld, portsOf } from './pair.ts';

const identities: Readonly<Record<string, string>> = { db1: UUID1, db2: UUID2 };
const ask = (world: ReturnType<typeof newWorld>, known = identities) =>
  askThroughVip(pairWith(), portsOf(world), (node) => known[node] ?? null);

it('names the node that answers', async () => {
  expect(await ask(newWorld({ place: { kind: 'node', node: 'db2' } }))).toEqual({
    kind: 'node',
    node: 'db2',
  });
});

it('does not know who answers where that one was never seen', async () => {
  expect(await ask(newWorld(), { db2: UUID2 })).toEqual({ kind: 'unknown' });
});

test.each<[PortErrorKind, string]>([
  ['unsuccessful', 'nobody'],
  ['timeout', 'nobody'],
  ['denied', 'unknown'],
  ['throttled', 'unknown'],
])('no answer, %s: %s', async (kind, said) => {
  const before = () => {
    throw new PortError(kind, 'verify');
  };
  expect(await ask(newWorld({ before }))).toEqual({ kind: said });
});
