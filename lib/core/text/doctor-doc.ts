/** `docs/doctor.md`, printed: every rule of doctor. */
import { severities } from '../alert/finding.ts';
import { rules } from '../doctor/doctor.ts';
import { type Here, type Rule, textOf } from '../doctor/rule.ts';
import { table } from './settings-doc.ts';

const headings = {
  danger: 'A failover may fail or do harm.',
  warning: 'It works, and worse than it could.',
  hint: 'Worth knowing.',
} as const;

/** The whole document. The texts of the example are those for its node. */
export function renderDoctor(example: Here): string {
  return [
    '# What doctor looks for',
    '',
    'Printed from `lib/core/doctor` by `test/core/doctor/doc.test.ts`: change the code, then run `npx vitest run test/core/doctor -u`.',
    '',
    '`keepalambda doctor PAIR`, or operate with `{"action":"doctor","pair":"orders"}`. It only reads, with the rights that',
    '`keepalambda grants` prints; each statement has a limit of 2 s. What it cannot read is a hint, and judges nothing. watch does the',
    'same at every hour, without the lists of tables, and alerts the dangers ([doctor-found](events.md#doctor-found)).',
    '',
    'Exit code: 0 for nothing worse than a hint, 1 for a danger, 5 for a warning. The lab breaks a pair in every way that it can',
    '(`npm run lab -- --scenario doctor`). What a fix says here is for MySQL 8; doctor says it in the words of your server.',
    '',
    ...severities.flatMap((severity) => [
      `## ${severity[0]?.toUpperCase()}${severity.slice(1)}`,
      '',
      headings[severity],
      '',
      ...table(
        ['finding', 'when', 'want', 'why', 'fix'],
        rules.filter((rule) => rule.severity === severity).map((rule) => row(rule, example)),
      ),
      '',
    ]),
    '## Beside the rules',
    '',
    ...table(
      ['finding', 'when'],
      [
        ['`no-room-for-vip`', 'danger: the ENI of a node has no room for one more address'],
        ['`node-not-read`', 'warning: a node could not be examined'],
        ['`not-read`', 'hint: a server refused, did not know or did not answer one question'],
        ['`ec2-not-read`', 'hint: EC2 did not say where the VIP is'],
      ],
    ),
    '',
  ].join('\n');
}

function row({ id, when, want, why, fix }: Rule, example: Here): readonly string[] {
  return [`\`${id}\``, when, textOf(want, example), why, `\`${textOf(fix, example)}\``];
}
