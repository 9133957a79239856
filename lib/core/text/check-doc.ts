/** `docs/check.md`: every rule of `keepalambda check`, printed from the table. */
import { severities } from '../alert/finding.ts';
import { deploymentRules } from '../deployment-check/check-deployment.ts';

/** The whole document. */
export function renderCheckDoc(): string {
  return [
    '# What `keepalambda check` finds',
    '',
    'Printed from the rules in `lib/core/deployment-check/` by `test/core/text/docs.test.ts`: change the code, then run `npx vitest run test/core/text -u`.',
    '',
    'Each finding says what was got, what is wanted, and the command that fixes it. `--json` prints `{"environment", "findings": [{"id", "severity", "subject", "got", "want", "why", "fix"}]}`.',
    'Exit codes: 0 nothing found (or hints only), 1 a danger, 2 the command line is wrong, 4 AWS cannot be reached, 5 warnings only.',
    '',
    '`check` only reads. It needs the rights of `ReadOnlyAccess`, and to decrypt the parameters of the pairs: it checks what',
    'they hold, and never prints it. Once the stack is deployed, it has `keepalambda-NAME-read` examine both servers of each pair,',
    'and lists what `doctor` finds ([doctor.md](doctor.md)) among its own; that needs `lambda:InvokeFunction` on the function.',
    'What it cannot see from outside: routes and network ACLs.',
    ...severities.flatMap((severity) => [
      '',
      `## ${titles[severity]}`,
      '',
      '| finding | what happens if it is not fixed |',
      '|---|---|',
      ...deploymentRules
        .filter((rule) => rule.severity === severity)
        .map(({ id, why }) => `| \`${id}\` | ${why} |`),
    ]),
    '',
  ].join('\n');
}

const titles = {
  danger: 'Dangers: a deployment or a failover fails, or does harm',
  warning: 'Warnings: it works, and worse than it could',
  hint: 'Hints',
} as const;
