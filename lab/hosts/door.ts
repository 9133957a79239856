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
      const line = JSON.parse(Buffer.concat(chunks).toString()) as CommandLine;
      void answer(line).then((given) => socket.end(JSON.stringify(given)));
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
