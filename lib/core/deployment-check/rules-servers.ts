/** The settings of the servers: what `doctor` finds on each pair, once there is a function that can look. */
import type { Finding } from '../alert/finding.ts';
import type { Answers } from './answers.ts';
import { awsCommand, type Rule } from './rule.ts';

export const serverRules: readonly Rule[] = [
  {
    id: 'servers-not-examined',
    severity: 'warning',
    why: 'what is wrong with the settings of the servers was not looked for',
    differences: (config, { examinations }) =>
      [...examinations].flatMap(([pair, answer]) => {
        if (answer.kind === 'examined') return [];
        const name = `keepalambda-${config.name}-read`;
        const log = awsCommand(config, `logs tail /aws/lambda/${name}`);
        return [
          {
            subject: pair,
            got: answer.because,
            want: `what doctor finds, by ${name}`,
            fix: `allow lambda:InvokeFunction on ${name} for your credentials, or see its log: ${log}`,
          },
        ];
      }),
  },
];

/** What doctor found, in its own words: about `orders`, or about `orders/db1`. */
export function examined({ examinations }: Answers): readonly Finding[] {
  return [...examinations].flatMap(([pair, answer]) =>
    answer.kind === 'unanswered'
      ? []
      : answer.findings.map((finding) => ({
          ...finding,
          subject: finding.subject === pair ? pair : `${pair}/${finding.subject}`,
        })),
  );
}
