/** `docs/events.md`, printed: every alert. */
import { events } from '../events.ts';
import { table } from './settings-doc.ts';

const roles = {
  tells: 'It only reports.',
  'hands-over': 'A person has to act.',
  ends: 'It ends the incident.',
} as const;

/** The whole document. */
export function renderEvents(): string {
  const all = Object.entries(events);
  return [
    '# Events',
    '',
    'Every alert that keepalambda sends. Printed from `lib/core/events.ts` by `test/core/text/docs.test.ts`: change the',
    'code, then run `npx vitest run test/core/text/docs.test.ts -u`. What to do at 3 a.m. is in the [runbook](runbook.md).',
    '',
    ...table(
      ['code', 'subject of the e-mail', 'role'],
      all.map(([code, { title, role }]) => [`[${code}](#${code})`, title, role]),
    ),
    '',
    ...all.flatMap(([code, { title, role, meaning, todo }]) => [
      `## ${code}`,
      '',
      `**${title}.** ${roles[role]}`,
      '',
      `- **Meaning:** ${meaning}`,
      `- **Left to do:** ${todo}`,
      `- **Runbook:** [${code}](runbook.md#${code})`,
      '',
    ]),
  ].join('\n');
}
