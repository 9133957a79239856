/** An explanation as a person reads it. */
import type { Explanation } from '../operator/reply.ts';

const sources = {
  leader: 'as the leader sees it',
  'one look': 'no leader answered: by one look, which confirms nothing',
} as const satisfies Record<Explanation['from'], string>;

export function renderExplanation(explanation: Explanation): readonly string[] {
  const { pair, from, row, does, because, says, reason, origin, sightings, otherwise } = explanation;
  return [
    `${pair}: ${row} (${sources[from]})`,
    `  now:    ${does}`,
    ...(because === null || does.includes(because) ? [] : [`          ${because}`]),
    `  when:   ${says}`,
    `  why:    ${reason}`,
    `  origin: ${origin}`,
    '  seen:',
    ...sightings.map((line) => `    ${line}`),
    otherwise.length === 0 ? '  otherwise: no single change makes a difference' : '  otherwise:',
    ...otherwise.map(({ if: difference, row: name, does: then }) => `    if ${difference}: ${name}: ${then}`),
  ];
}
