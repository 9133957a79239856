/**
 * The golden mails of a fault: what on-call gets whenever it is played, line by line. A line that not every run has is marked.
 * A run that brings something else is wrong; taken over (`--write`), it marks what the runs do not have in common. Pure.
 */
import type { Letter } from './letters.ts';

export interface GoldenLine {
  readonly text: string;
  /** Whether each run has it. */
  readonly always: boolean;
}

export interface GoldenLetter {
  readonly code: string;
  readonly lines: readonly GoldenLine[];
}

const HEAD = '=== ';
const marks = { always: '  ', sometimes: '? ' } as const;
/** What the file of a fault says that sends no mail. */
const NO_MAIL = 'no mail\n';

/** The text of the golden file: a head before each letter, two spaces before each line, or a question mark where it may be missing. */
export function renderGolden(letters: readonly GoldenLetter[]): string {
  if (letters.length === 0) return NO_MAIL;
  const render = ({ code, lines }: GoldenLetter) => [
    `${HEAD}${code}`,
    ...lines.map(({ text, always }) => `${always ? marks.always : marks.sometimes}${text}`.trimEnd()),
  ];
  return `${letters.flatMap(render).join('\n')}\n`;
}

/** The letters of such a text. */
export function parseGolden(text: string): readonly GoldenLetter[] {
  if (text === NO_MAIL) return [];
  const blocks = text.trimEnd().split(/^(?==== )/m);
  return blocks.map((block) => {
    const [head = '', ...lines] = block.trimEnd().split('\n');
    return {
      code: head.slice(HEAD.length),
      lines: lines.map((line) => ({ text: line.slice(2), always: !line.startsWith('?') })),
    };
  });
}

/** The golden letters, with what this run brought of the alerts that each run must bring. */
export function mergedWith(
  golden: readonly GoldenLetter[],
  letters: readonly Letter[],
  certain: readonly string[],
): readonly GoldenLetter[] {
  const known = golden.map(({ code, lines }) => {
    const letter = nearest(lines, code, letters);
    return { code, lines: letter === undefined ? lines : aligned(lines, letter.lines).all };
  });
  const news = firstOfEach(letters).filter(
    ({ code }) => certain.includes(code) && golden.every((one) => one.code !== code),
  );
  const always = (text: string): GoldenLine => ({ text, always: true });
  return [...known, ...news.map(({ code, lines }) => ({ code, lines: lines.map(always) }))];
}

/**
 * What of the run is not as the golden letters have it, in words. Other alerts may come where a machine is slow: they are not judged
 * here, and their texts are golden in `test/core/stories/`.
 */
export function wrongsOfLetters(
  golden: readonly GoldenLetter[],
  letters: readonly Letter[],
): readonly string[] {
  const wrongs = golden.flatMap(({ code, lines }) => {
    const letter = nearest(lines, code, letters);
    return letter === undefined ? [] : differences(lines, letter.lines).map((words) => `${code}: ${words}`);
  });
  const codes = firstOfEach(letters).map(({ code }) => code);
  const got = codes.filter((code) => golden.some((one) => one.code === code));
  const wanted = golden.map(({ code }) => code).filter((code) => got.includes(code));
  if (wanted.join() === got.join()) return wrongs;
  return [...wrongs, `${got.join(', ')} in this order, want ${wanted.join(', ')}`];
}

/** Of several alerts of one code the one that is as it must be, else the first: another may be of the slow machine, not of the fault. */
function nearest(lines: readonly GoldenLine[], code: string, letters: readonly Letter[]): Letter | undefined {
  const all = letters.filter((letter) => letter.code === code);
  return all.find((letter) => differences(lines, letter.lines).length === 0) ?? all[0];
}

function firstOfEach(letters: readonly Letter[]): readonly Letter[] {
  return letters.filter(({ code }, index) => letters.findIndex((one) => one.code === code) === index);
}

function differences(golden: readonly GoldenLine[], lines: readonly string[]): readonly string[] {
  const { goldenOnly, lineOnly } = aligned(golden, lines);
  return [
    ...goldenOnly.filter(({ always }) => always).map(({ text }) => `no line ${JSON.stringify(text)}`),
    ...lineOnly.map((text) => `a line that is new: ${JSON.stringify(text)}`),
  ];
}

interface Aligned {
  /** Both, each line once: what only one has is not always there. */
  readonly all: readonly GoldenLine[];
  readonly goldenOnly: readonly GoldenLine[];
  readonly lineOnly: readonly string[];
}

/** The longest common sequence, in which a line that each run has counts more than one that may be missing. */
function aligned(golden: readonly GoldenLine[], lines: readonly string[]): Aligned {
  const best = scores(golden, lines);
  const at = (g: number, l: number) => best[g]?.[l] ?? 0;
  const all: GoldenLine[] = [];
  const goldenOnly: GoldenLine[] = [];
  const lineOnly: string[] = [];
  let [g, l] = [0, 0];
  while (g < golden.length || l < lines.length) {
    const [one, text] = [golden[g], lines[l]];
    if (one !== undefined && one.text === text && at(g, l) === at(g + 1, l + 1) + weightOf(one)) {
      all.push(one);
      g += 1;
      l += 1;
    } else if (one !== undefined && (text === undefined || at(g + 1, l) >= at(g, l + 1))) {
      all.push({ ...one, always: false });
      goldenOnly.push(one);
      g += 1;
    } else if (text !== undefined) {
      all.push({ text, always: false });
      lineOnly.push(text);
      l += 1;
    }
  }
  return { all, goldenOnly, lineOnly };
}

/** `[g][l]`: the best score of what follows from line g and line l on. */
function scores(golden: readonly GoldenLine[], lines: readonly string[]): readonly (readonly number[])[] {
  const best = Array.from({ length: golden.length + 1 }, () => new Array<number>(lines.length + 1).fill(0));
  for (let g = golden.length - 1; g >= 0; g -= 1) {
    const [row, below, one] = [best[g], best[g + 1], golden[g]];
    if (row === undefined || below === undefined || one === undefined) continue;
    for (let l = lines.length - 1; l >= 0; l -= 1) {
      const both = one.text === lines[l] ? (below[l + 1] ?? 0) + weightOf(one) : 0;
      row[l] = Math.max(both, below[l] ?? 0, row[l + 1] ?? 0);
    }
  }
  return best;
}

function weightOf({ always }: GoldenLine): number {
  return always ? 2 : 1;
}
