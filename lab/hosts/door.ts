/** The unix socket through which a host's commands reach the lab. */
import { createServer, type Server, type Socket } from 'node:net';

/** A command line, as a script on the host wrote it. */
export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
}

/** What the command prints and ends with. */
export interface DoorAnswer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** For a client at the wrong door, such as one that looked for mysqld's socket. */
const noCommand: DoorAnswer = {
  exitCode: 2,
  stdout: '',
  stderr:
    'got no command line in JSON; want {"command", "args"}: this is the door of a host, and mysqld.sock is beside it\n',
};

function commandLineIn(text: string): CommandLine | null {
  try {
    const { command, args } = JSON.parse(text) as Partial<CommandLine>;
    return typeof command === 'string' && Array.isArray(args) ? { command, args } : null;
  } catch {
    return null;
  }
}

/** Opens the door; `answer` must not reject. Close it when the host goes. */
export async function openDoor(
  socketPath: string,
  answer: (line: CommandLine) => Promise<DoorAnswer>,
): Promise<() => Promise<void>> {
  const open = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    // The script was killed while it waited: nobody wants the answer.
    socket.on('error', () => {});
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('end', () => {
      const line = commandLineIn(Buffer.concat(chunks).toString());
      const given = line === null ? Promise.resolve(noCommand) : answer(line);
      void given.then((said) => socket.end(JSON.stringify(said)));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, () => resolve());
  });
  return () => {
    for (const socket of open) socket.destroy();
    return new Promise((resolve) => server.close(() => resolve()));
  };
}
