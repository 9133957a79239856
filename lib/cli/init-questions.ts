/** What the flags of `keepalambda init` left open, asked of a person at a terminal. */
import { createInterface } from 'node:readline/promises';
import { CliError } from './errors.ts';
import type { InitWords } from './init-flags.ts';

interface Question {
  readonly key: keyof InitWords;
  readonly flag: string;
  readonly text: string;
  /** How many answers; an empty one ends them. @default 1 */
  readonly many?: true;
}

const questions: readonly Question[] = [
  { key: 'region', flag: '--region', text: 'The region of the pair (such as eu-central-1)' },
  { key: 'vpc', flag: '--vpc', text: 'The VPC (vpc-…)' },
  { key: 'subnet', flag: '--subnet', text: 'A subnet of nodes or probes: NAME=ID,RANGE,ZONE', many: true },
  { key: 'probeGroup', flag: '--probe-group', text: 'A security group of the probes (sg-…)', many: true },
  { key: 'subscriber', flag: '--subscriber', text: 'An e-mail address that gets the alerts', many: true },
  { key: 'pair', flag: '--pair', text: 'What people call the pair (such as orders)' },
  { key: 'vip', flag: '--vip', text: 'The VIP: a free address of the subnet of the nodes' },
  { key: 'node', flag: '--node', text: 'A node: NAME=INSTANCE,INTERFACE,ADDRESS[,SUBNET]', many: true },
];

/** Asks one question, and gives back the answer. */
export type Ask = (text: string) => Promise<string>;

/**
 * Asks for all that is missing: at the terminal, unless another way to `ask` is given. Throws a `CliError` that
 * names the flags where nobody can be asked.
 */
export async function complete(words: InitWords, ask?: Ask): Promise<InitWords> {
  const missing = questions.filter(({ key }) => words[key].length === 0);
  if (missing.length === 0) return words;
  if (ask) return askAll(words, missing, ask);
  if (!process.stdin.isTTY) {
    const flags = missing.map(({ flag }) => flag).join(', ');
    throw new CliError([`got no ${flags}; want all of them, or a terminal to ask at; see --help`]);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await askAll(words, missing, (text) => terminal.question(`${text}: `));
  } finally {
    terminal.close();
  }
}

async function askAll(words: InitWords, missing: readonly Question[], ask: Ask): Promise<InitWords> {
  let answered = words;
  for (const { key, text, many } of missing) {
    answered = { ...answered, [key]: many ? await askMany(text, ask) : (await ask(text)).trim() };
  }
  return answered;
}

async function askMany(text: string, ask: Ask): Promise<readonly string[]> {
  const answers: string[] = [];
  for (;;) {
    const answer = (await ask(answers.length === 0 ? text : `${text} (empty: no more)`)).trim();
    if (answer === '') return answers;
    answers.push(answer);
  }
}
