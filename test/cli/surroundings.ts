/** A command line without a process: what it says, what it asks of operate, and how it ends. */
import { fileURLToPath } from 'node:url';
import type { Io } from '../../lib/cli/io.ts';
import type { Invoke } from '../../lib/cli/operate/invoke.ts';
import { run } from '../../lib/cli/run.ts';

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Every request that went out. */
  readonly requests: readonly object[];
}

export interface Given {
  readonly invoke: Invoke;
  readonly isTerminal?: boolean;
  /** The person presses Ctrl-C as soon as the request of this action is sent. */
  readonly interruptsAt?: string;
  /** What a person answers to each question. */
  readonly answers?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const none = fileURLToPath(new URL('./no-environments', import.meta.url));

/** Runs it in the environment `lab`, unless another is given. */
export async function runLine(words: readonly string[], given: Given): Promise<Ended> {
  let code = 0;
  const out: string[] = [];
  const err: string[] = [];
  const requests: object[] = [];
  const answers = [...(given.answers ?? [])];
  let interrupt: (() => void) | null = null;
  const io: Io = {
    env: { KEEPALAMBDA_ENV: 'lab', KEEPALAMBDA_ENVIRONMENTS: none, USER: 'ann', ...given.env },
    isTerminal: given.isTerminal ?? false,
    hasColour: false,
    columns: () => 80,
    rows: () => 24,
    tell: (text) => void out.push(text),
    note: (text) => void err.push(text),
    noteInPlace: () => {},
    ask: async (question) => {
      err.push(question);
      return answers.shift() ?? '';
    },
    onInterrupt: (act) => {
      interrupt = act;
      return () => {
        interrupt = null;
      };
    },
    exitWith: (wanted) => {
      code = wanted;
    },
  };
  const open = () => async (request: object) => {
    requests.push(request);
    if ('action' in request && request.action === given.interruptsAt) interrupt?.();
    return given.invoke(request);
  };
  await run(words, { io, open });
  return { code, out: out.join('\n'), err: err.join('\n'), requests };
}
