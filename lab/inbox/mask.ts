/**
 * A mail without what is of one run alone: times, counts, ids, and which vantage it was. What is left is the same in every
 * run in which the same happened. Pure.
 */

/** In this order: what stands later sees what stands earlier made of the text. */
const masks: readonly (readonly [what: RegExp, mask: string])[] = [
  [/\bv\d+\.\d+\.\d+\b/g, 'vVERSION'],
  [/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\b/g, 'TIME'],
  [/\b\d\d:\d\d(:\d\d)? UTC\b/g, 'TIME'],
  // A set of GTIDs: of MySQL, and of MariaDB.
  [/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(:[\d:,-]+\d)?/g, 'GTIDS'],
  [/\b\d+-\d+-\d+\b/g, 'GTIDS'],
  [/\b\d+\.\d+\.\d+\.\d+(:\d+)?\b/g, 'ADDRESS'],
  [/\b[0-9a-f]{8}\b/g, 'INCIDENT'],
  // The id of an alert outside of an incident.
  [/\b([a-z]+)-\d{13}-/g, '$1-TIME-'],
  [/(?<=\(\w+, alert .*)-\d+(?=\)$)/g, '-N'],
  [/\b\d+ h \d+ min\b|\b\d+(\.\d+)? (ms|s|min)\b/g, 'N s'],
  [/\b(\d+) (look|second|minute|session|transaction|time)s?\b/g, 'N $2s'],
  [/(?<![\w-])\d+(\.\d+)*(?![\w-])/g, 'N'],
  [/\bseen from [ab](, [ab])?(?=[\s),.;])/g, 'seen from VANTAGES'],
  // What each node was taken for at the moment of the alert; what the holder was taken for in all is judged by itself.
  [/\b(db\d) (?:[\w -]+ \(seen from VANTAGES\)|no data yet)(?=[,.])/g, '$1 VERDICT'],
  [/\bprobe-[ab]\b/g, 'probe-VANTAGE'],
  [/\bfrom [ab](?=[\s:),.;])/g, 'from VANTAGE'],
  // Which vantage says so first, and what AWS said to it.
  [/(?<=no vantage can see the pair): .*/g, ': WORDS.'],
  // What a driver said, whose words depend on the moment.
  [/(from VANTAGE): [^()]*(?=[);])/g, '$1: WORDS'],
  [/\bno answer to [\w ]+(?= \()/g, 'no answer to WORDS'],
  [/(?<=was not closed) \(.*\)(?=\.( |$))/g, ' (WORDS)'],
  // What a step found; its outcome is in front of it.
  [
    /(?<=^- after N s: .*: (done|already done|skipped|not possible, the plan goes on|failed)) \(.*/g,
    ' (WORDS)',
  ],
  // Which sessions those are, and how many of them are named.
  [/(?<=WORDS); in the way: .*/g, '; in the way: SESSIONS'],
  // How much a failover lost depends on when the last position was read.
  [
    /(?<=FAILED OVER .*), (nothing lost|no loss seen|loss unknown|(?:at least )?N transactions lost)/g,
    ', LOSS',
  ],
  [/Data loss: (?!none\.).*(?=\.$)/g, 'Data loss: LOSS'],
];

/** The lines of the text, one sentence each, in the words that they have in common in all runs. */
export function maskedLines(text: string): readonly string[] {
  return text.trimEnd().split('\n').flatMap(maskedSentences);
}

function maskedSentences(line: string): readonly string[] {
  const indent = /^ */.exec(line)?.[0] ?? '';
  const masked = masks.reduce((text, [what, mask]) => text.replace(what, mask), line.trim());
  return masked.split(/(?<=[\w)][.?!]) (?=[A-Z]|db\d )/).map((sentence) => `${indent}${sentence}`.trimEnd());
}
