/** `docs/events.md`, printed: every alert. */
import { type EventCode, events } from '../alert/events.ts';
import { remedies } from '../alert/remedies.ts';
import { table } from './settings-doc.ts';

const roles = {
  tells: 'It only reports.',
  'hands-over': 'A person has to act.',
  ends: 'It ends the incident.',
} as const;

/** The whole document. */
export function renderEvents(): string {
  const codes = Object.keys(events) as EventCode[];
  const all = codes.map((code) => [code, events[code]] as const);
  return [
    '# Events',
    '',
    'Every alert that keepalambda sends. Printed from `lib/core/alert/events.ts` by `test/core/text/docs.test.ts`: change the',
    'code, then run `npx vitest run test/core/text/docs.test.ts -u`. What to do at 3 a.m. is in the [runbook](runbook.md).',
    'Each mail fills in the names of the pair and its nodes, and ends each command with `--env NAME`.',
    'The forms for machines are in [alerts](alerts.md).',
    '',
    ...table(
      ['code', 'subject of the mail', 'role', 'severity', 'clients can write'],
      all.map(([code, { title, role }]) => [
        `[${code}](#${code})`,
        title,
        role,
        remedies[code].severity,
        remedies[code].writes,
      ]),
    ),
    '',
    ...all.flatMap(([code, { title, role, meaning, todo }]) => [
      `## ${code}`,
      '',
      `**${title}.** ${roles[role]}`,
      '',
      `- **Meaning:** ${meaning}`,
      `- **Left to do:** ${todo}`,
      ...remedies[code].commands.map((command) => `- **Command:** \`npx keepalambda ${command}\``),
      `- **Runbook:** [${code}](runbook.md#${code})`,
      '',
    ]),
  ].join('\n');
}
