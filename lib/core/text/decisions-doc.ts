/** `docs/decisions.md`, printed: every row of the decision table, every plan, every threshold. */
import type { Pair } from '../config/config.ts';
import { rows } from '../decision/decision.ts';
import type { DecisionRow, Deed } from '../decision/row.ts';
import { renderPlans } from './plans-doc.ts';
import { table } from './settings-doc.ts';

const deeds = {
  observe: 'Nothing is done, and no alert goes out.',
  resume: 'The plan goes on. It is undone if its reason is gone and the VIP has not moved.',
  'all-clear': 'Nothing is done. An open incident ends with an all-clear.',
} as const;

/** The whole document. `pair` is an example with nothing but defaults. */
export function renderDecisions(pair: Pair): string {
  return [
    '# Decisions',
    '',
    'Printed from `lib/core` by `test/core/text/docs.test.ts`: change the code, then run `npx vitest run test/core/text/docs.test.ts -u`.',
    '',
    'At every look, the first row that matches decides. Its name is in the log, the history, `status` and the alert.',
    '',
    ...table(
      ['order', 'row', 'what is done'],
      rows.map(({ name, does }, index) => [`${index + 1}`, `[${name}](#${name})`, does.join(', or ')]),
    ),
    '',
    '## Rows',
    '',
    ...rows.flatMap(renderRow),
    '## Plans',
    '',
    `Steps in order; examples from ${pair.nodes[0].name} to ${pair.nodes[1].name}. Each step looks before it acts. A step that was cut short is carried out again.`,
    'When a step fails before the VIP has moved, the plan is undone.',
    '',
    ...renderPlans(pair),
  ].join('\n');
}

function renderRow({ name, says, does, reason, origin }: DecisionRow): readonly string[] {
  return [
    `### ${name}`,
    '',
    `- **When:** ${says}`,
    `- **Then:** ${does.map(renderDeed).join(' Or: ')}`,
    `- **Why:** ${reason}`,
    `- **From:** ${origin}`,
    '',
  ];
}

function renderDeed(deed: Deed): string {
  if (deed === 'observe' || deed === 'resume' || deed === 'all-clear') return deeds[deed];
  const [kind, what = ''] = deed.split(' ');
  return kind === 'page'
    ? `Nothing is moved, and the alert [${what}](events.md#${what}) goes out.`
    : `Carry out the plan [${what}](#${what}).`;
}
