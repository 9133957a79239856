/** Which server answers at each node, and when that keeps keepalambda from acting. */
import { expect, test } from 'vitest';
import {
  answers1,
  answers2,
  type Change,
  holder,
  refused,
  seen,
  standby,
  steady,
  UUID1,
  UUID2,
  UUID3,
  unanswered,
} from '../world.ts';

const as1 = (identity: string) => holder(answers1({ identity }));
const as2 = (identity: string) => standby(answers2({ identity }));

test.each<[what: string, changes: readonly Change[], page: string | null, because: RegExp | null]>([
  ['each as it was', [], null, null],
  ['the standby was rebuilt', [as2(UUID3)], null, null],
  ['the holder is another server', [as1(UUID3)], 'identity-changed', /^db1 answers .* had .* before/],
  ['both are one server', [as2(UUID1)], 'same-identity', /both answer/],
  [
    'the addresses of the two are exchanged',
    [as1(UUID2), as2(UUID1)],
    'identity-changed',
    /^db1 answers .* db2 had before: the addresses of the two may be exchanged/,
  ],
  [
    'they are exchanged, and the server that was the standby is dead',
    [holder(refused), as2(UUID1)],
    'identity-changed',
    /^db2 answers .* db1 had before/,
  ],
  ['the same, and it is silent', [holder(unanswered), as2(UUID1)], 'identity-changed', /^db2 answers/],
  ['the holder is dead, and the standby was rebuilt', [holder(refused), as2(UUID3)], null, null],
  ['the holder is dead', [holder(refused)], null, null],
])('%s', (_, changes, page, because) => {
  const { identity } = seen(steady, ...changes);
  expect(identity?.page ?? null).toBe(page);
  if (because !== null) expect(identity?.because).toMatch(because);
});
