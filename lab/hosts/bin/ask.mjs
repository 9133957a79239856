/** Hands a command line to the lab over LAB_HOST_SOCKET, and prints and exits with what the lab answers. */
import { connect } from 'node:net';

const [command, ...args] = process.argv.slice(2);
const socket = connect(process.env.LAB_HOST_SOCKET ?? '');
socket.on('error', (error) => {
  process.stderr.write(`${command}: the lab's host does not answer: ${error.message}\n`);
  process.exit(1);
});
const chunks = [];
socket.on('data', (chunk) => chunks.push(chunk));
socket.on('end', () => {
  const answer = JSON.parse(Buffer.concat(chunks).toString());
  process.stdout.write(answer.stdout);
  process.stderr.write(answer.stderr);
  process.exitCode = answer.exitCode;
});
socket.end(JSON.stringify({ command, args }));
