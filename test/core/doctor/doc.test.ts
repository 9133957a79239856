import { expect, it } from 'vitest';
import { rules } from '../../../lib/core/doctor/doctor.ts';
import { hostRules } from '../../../lib/core/doctor/rules-host.ts';
import { renderDoctor } from '../../../lib/core/text/doctor-doc.ts';
import { hostWith } from '../setup/facts.ts';
import { changed, factsOf, pair } from './healthy.ts';

/** A node that lacks rights and has others, so that the fixes have something to say. */
const facts = changed({
  grants: ['GRANT SELECT ON *.* TO `keepalambda`@`%`'],
  channels: factsOf('db2').channels,
});
const document = renderDoctor({
  pair,
  node: pair.nodes[1],
  facts,
  peer: pair.nodes[0],
  peerFacts: factsOf('db1'),
  holder: 'db1',
  places: [],
  host: hostWith('9.7.1'),
});

it('docs/doctor.md', async () => {
  await expect(document).toMatchFileSnapshot('../../../docs/doctor.md');
});

it('has a line for every rule', () => {
  for (const { id } of [...rules, ...hostRules]) expect(document).toContain(`| \`${id}\` |`);
});
