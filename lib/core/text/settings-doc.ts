/** How a pair is judged, and the limits that are no settings: `docs/settings.md`. */
import { describeAccount } from '../config/account-settings.ts';
import { describeChoices } from '../config/config.ts';
import { type Detection, describeExpert, describePeople, presets, presetTexts } from '../config/settings.ts';
import { WITNESSED_MS } from '../decision/rows-lost.ts';
import { BLIND_MS, VIP_WORD_LIFE_MS } from '../evidence/evidence.ts';
import { UNHEARD_MS } from '../evidence/witness.ts';
import { ALL_CLEAR_MS } from '../memory/note-decision.ts';
import { GONE_FENCE_MS } from '../plan/plans.ts';
import { READINESS_LIFE_MS } from '../standby/readiness-reasons.ts';
import { ORDER_LIFE_MS, STATEMENT_LIMIT_MS } from '../time-budget.ts';

const limits: readonly (readonly [what: string, ms: number])[] = [
  ['All vantages, or EC2, must have been blind for this long before a person is alerted.', BLIND_MS],
  ["EC2's last answer on the VIP counts for this long when it stops answering.", VIP_WORD_LIFE_MS],
  ['A holder that only the standby still hears is alerted after this time.', WITNESSED_MS],
  ["The standby's channel may hear nothing for this long while the holder commits a heartbeat.", UNHEARD_MS],
  ['The standby must have been seen fit within this time before the loss.', READINESS_LIFE_MS],
  ['Fencing waits this long for a holder that is gone.', GONE_FENCE_MS],
  ['A statement on a node may take this long.', STATEMENT_LIMIT_MS],
  ["An operator's order that waits longer is refused.", ORDER_LIFE_MS],
  ['The pair must be steady for this long before the all-clear.', ALL_CLEAR_MS],
];

const names = Object.keys(presets) as readonly Detection[];

/** The whole document. */
export function renderSettings(): string {
  return [
    '# Settings',
    '',
    'Printed from the code by `test/core/text/docs.test.ts`: change the code, then run `npx vitest run test/core/text -u`.',
    'A setting that cannot work, by itself or beside another, is refused by `cdk synth`, with what to write instead.',
    '',
    '## Choices of a pair',
    '',
    ...table(
      ['choice', 'default', 'meaning'],
      describeChoices().map(([key, fallback, text]) => [`\`${key}\``, shown(fallback), text]),
    ),
    '',
    '## Settings of a pair',
    '',
    'Under `settings` of a pair.',
    '',
    ...table(
      ['setting', 'default', 'meaning'],
      describePeople().map(([key, fallback, text]) => [`\`${key}\``, shown(fallback), text]),
    ),
    '',
    '## Detection',
    '',
    '`detection` of a pair names a row of values. [detection.md](detection.md) says what each value costs.',
    '',
    ...names.map((name) => `- \`${name}\`${name === 'normal' ? ' (the default)' : ''}: ${presetTexts[name]}`),
    '',
    'A single value may be given under `expert`. You then run a set of values that nobody has tried in noise.',
    '',
    ...table(
      ['expert', ...names.map((name) => `\`${name}\``), 'meaning'],
      describeExpert().map(([key, text]) => [
        `\`${key}\``,
        ...names.map((name) => `${presets[name][key]}`),
        text,
      ]),
    ),
    '',
    '## The environment',
    '',
    'Beside the pairs, the subnets and who is alerted: what the account asks of the stack.',
    '',
    ...table(
      ['setting', 'default', 'meaning'],
      describeAccount().map(([key, fallback, text]) => [`\`${key}\``, shown(fallback), text]),
    ),
    '',
    '## Limits that are no settings',
    '',
    ...table(
      ['limit', 'ms'],
      limits.map(([what, ms]) => [what, `${ms}`]),
    ),
    '',
  ].join('\n');
}

/** A Markdown table. */
export function table(head: readonly string[], body: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...body.map(line)];
}

function shown(value: unknown): string {
  const isEmpty = value === undefined || (typeof value === 'object' && Object.keys(value ?? {}).length === 0);
  return isEmpty ? 'none' : `\`${String(value)}\``;
}
