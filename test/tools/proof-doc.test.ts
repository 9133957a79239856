import { existsSync, readFileSync } from 'node:fs';
import { expect, it, test } from 'vitest';
import type { Record as MutantRecord } from '../../tools/mutants/command.ts';
import { mutants } from '../../tools/mutants/index.ts';
import { readRules, renderProof, rulesIn } from '../../tools/proof-doc.ts';

const recorded = new URL('../../docs/mutants.json', import.meta.url);
const record = existsSync(recorded) ? (JSON.parse(readFileSync(recorded, 'utf8')) as MutantRecord) : null;

it('docs/proof.md', async () => {
  await expect(renderProof(record)).toMatchFileSnapshot('../../docs/proof.md');
});

it('has every invariant: the eight of its own rules, that of noise, and the eight of the world', () => {
  const names = readRules().map(({ name }) => name);
  for (const number of [1, 2, 3, 4, 5, 6, 7, 8]) {
    expect(names).toContain(`${number}`);
    expect(names).toContain(`W${number}`);
  }
  expect(new Set(names).size).toBe(names.length);
});

it('says of each survivor of the last run why, and names none that is not in the list', () => {
  for (const name of record?.survivors ?? []) {
    expect(mutants.find((mutant) => mutant.name === name)?.survives ?? '').not.toBe('');
  }
});

test('a rule is the docstring that begins with its name', () => {
  const source = '/** Other. */\n/**\n * Invariant W9. Something\n * holds.\n *\n * Excuses: none.\n */\n';
  expect(rulesIn('x.ts', source)).toEqual([
    { name: 'W9', holds: 'Something holds.', details: ['Excuses: none.'], file: 'sim/invariants/x.ts' },
  ]);
});
