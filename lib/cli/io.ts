/** The terminal and the environment of a command: given to it, so that tests can give others. */
import { createInterface } from 'node:readline/promises';

export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a person sits there: both what is typed and what is printed are theirs. */
  readonly isTerminal: boolean;
  /** Whether what is printed may have colours. */
  readonly hasColour: boolean;
  columns(): number;
  rows(): number;
  /** A result, on standard output; a line of its own. */
  tell(text: string): void;
  /** What happens meanwhile, on standard error; a line of its own. */
  note(text: string): void;
  /** What happens meanwhile, in place of the line before; nothing where nobody would see it. */
  noteInPlace(text: string): void;
  /** Asks a person, and gives back the trimmed answer; empty where the input has ended. */
  ask(question: string): Promise<string>;
  /** What Ctrl-C does until the function that is given back is called; a second one ends the command. */
  onInterrupt(act: () => void): () => void;
  /** What the command ends with. */
  exitWith(code: number): void;
}

/** This process. Colour is for terminals, unless NO_COLOR is set. */
export function processIo(): Io {
  const { env, stdin, stdout, stderr } = process;
  const isTerminal = stdin.isTTY === true && stderr.isTTY === true;
  // The reader has closed the pipe, as `head` does.
  for (const stream of [stdout, stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit();
    });
  let isOpenLine = false;
  const endLine = () => {
    if (isOpenLine) stderr.write('\r\u001b[K');
    isOpenLine = false;
  };
  return {
    env,
    isTerminal,
    hasColour: stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb',
    columns: () => stdout.columns ?? 80,
    rows: () => stdout.rows ?? 24,
    tell(text) {
      endLine();
      stdout.write(`${text}\n`);
    },
    note(text) {
      endLine();
      stderr.write(`${text}\n`);
    },
    noteInPlace(text) {
      if (stderr.isTTY !== true) return;
      stderr.write(`\r\u001b[K${text.slice(0, (stderr.columns ?? 80) - 1)}`);
      isOpenLine = true;
    },
    async ask(question) {
      endLine();
      const asked = createInterface({ input: stdin, output: stderr });
      try {
        return await new Promise((resolve) => {
          asked.once('close', () => resolve(''));
          void asked.question(question).then((answer) => resolve(answer.trim()));
        });
      } finally {
        asked.close();
      }
    },
    onInterrupt(act) {
      process.once('SIGINT', act);
      return () => void process.off('SIGINT', act);
    },
    exitWith(code) {
      process.exitCode = code;
    },
  };
}
