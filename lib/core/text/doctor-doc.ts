/** `docs/doctor.md`, printed: every rule of doctor. */
import { type Severity, severities } from '../alert/finding.ts';
import { rules } from '../doctor/doctor.ts';
import { type Here, type Rule, textOf } from '../doctor/rule.ts';
import { type HostHere, hostRules } from '../doctor/rules-host.ts';
import { table } from './settings-doc.ts';

const headings = {
  danger: 'A failover may fail or do harm.',
  warning: 'It works, and worse than it could.',
  hint: 'Worth knowing.',
} as const;

/** The whole document. The texts of the example are those for its node. */
export function renderDoctor(example: Here & HostHere): string {
  return [
    '# What doctor looks for',
    '',
    'Printed from `lib/core/doctor` by `test/core/doctor/doc.test.ts`: change the code, then run `npx vitest run test/core/doctor -u`.',
    '',
    '`keepalambda doctor PAIR`, or operate with `{"action":"doctor","pair":"orders"}`. It only reads, with the rights that',
    '`keepalambda grants` prints; each statement has a limit of 2 s. With `hostWork`, it also asks the hosts (`keepalived-running`,',
    '`vip-not-bound`, `vip-lost-at-reboot`, `disk-nearly-full`). What it cannot read is a hint, and judges nothing. watch does the same at',
    'every hour, without the hosts and the lists of tables, and alerts the dangers ([doctor-found](events.md#doctor-found)).',
    '',
    'Exit code: 0 for nothing worse than a hint, 1 for a danger, 5 for a warning. The lab breaks a pair in every way that it can',
    '(`npm run lab -- --scenario doctor`, `doctor-hosts`). What a fix says here is for MySQL 8; doctor says it in the words of your server.',
    '',
    ...severities.flatMap((severity) => [
      `## ${severity[0]?.toUpperCase()}${severity.slice(1)}`,
      '',
      headings[severity],
      '',
      ...table(
        ['finding', 'when', 'want', 'why', 'fix'],
        [...rulesOf(rules, severity, example), ...rulesOf(hostRules, severity, example)],
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
        ['`host-not-read`', 'hint: a host with `hostWork` did not say what it is'],
        ['`not-read`', 'hint: a server refused, did not know or did not answer one question'],
        ['`ec2-not-read`', 'hint: EC2 did not say where the VIP is'],
      ],
    ),
    '',
  ].join('\n');
}

function rulesOf<H>(all: readonly Rule<H>[], wanted: Severity, example: H): readonly (readonly string[])[] {
  return all
    .filter(({ severity }) => severity === wanted)
    .map(({ id, when, want, why, fix }) => [
      `\`${id}\``,
      when,
      textOf(want, example),
      why,
      `\`${textOf(fix, example)}\``,
    ]);
}
