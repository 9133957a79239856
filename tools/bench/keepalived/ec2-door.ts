/**
 * EC2's endpoint as a host reaches it: a unix socket, which leads to the lab's AWS from every network namespace.
 * What a notify script would do with the AWS CLI is done by `assign.mjs`: the same call, without the CLI's start.
 */
import { createServer } from 'node:http';
import { request } from 'node:https';
import { fileURLToPath } from 'node:url';
import type { Aws } from '../../../lab/aws/start.ts';

const assign = fileURLToPath(new URL('./assign.mjs', import.meta.url));

/** Opens it; gives back what closes it. */
export async function openEc2Door(
  socketPath: string,
  { endpoint, authority }: Aws,
): Promise<() => Promise<void>> {
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    // Otherwise Node would look in the certificate for the name in the Host header, which is the script's.
    const options = { method, headers, ca: authority.pem, servername: 'localhost' };
    const onward = request(new URL(url ?? '/', endpoint), options, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, resolve);
  });
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
}

/** The command that assigns the VIP to the ENI. */
export function assignCommand(socketPath: string, eniId: string, vip: string): readonly string[] {
  return [process.execPath, assign, socketPath, eniId, vip];
}
