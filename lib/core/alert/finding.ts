/** What `check` and `doctor` find: what is wrong, why it matters, and the command that fixes it. */

/** Most dangerous first. `danger`: a failover may fail or do harm. `warning`: it works, and worse than it could. */
export const severities = ['danger', 'warning', 'hint'] as const;
export type Severity = (typeof severities)[number];

export interface Finding {
  /** Its name in JSON and in the docs, in kebab case: `vip-not-reserved`. */
  readonly id: string;
  readonly severity: Severity;
  /** What it is about: `db1`, `orders`, `the topic`. */
  readonly subject: string;
  readonly got: string;
  readonly want: string;
  readonly why: string;
  /** A command to paste, or what to do where no command does it. */
  readonly fix: string;
}

/** The findings, most dangerous first; those of one severity stay in their order. */
export function byDanger(findings: readonly Finding[]): readonly Finding[] {
  return severities.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
}

/** What a script learns from the worst finding: 0 for nothing worse than a hint, 1 for a danger, 5 for a warning. */
export function exitCodeOf(findings: readonly Finding[]): 0 | 1 | 5 {
  if (findings.some(({ severity }) => severity === 'danger')) return 1;
  return findings.some(({ severity }) => severity === 'warning') ? 5 : 0;
}

/** The findings as a person reads them: three lines each, and one line where there are none. */
export function renderFindings(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'nothing found: all is as it should be';
  return byDanger(findings)
    .map(({ severity, subject, id, got, want, why, fix }) =>
      [`${severity}  ${subject}  ${id}`, `  got ${got}; want ${want}`, `  why: ${why}`, `  fix: ${fix}`].join(
        '\n',
      ),
    )
    .join('\n');
}
