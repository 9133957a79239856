/** The program `mysql` or `mariadb`, run anew for each statement, as scripts do. */
import { spawn } from 'node:child_process';
import { insert, readOrder, writeOn } from './loop.ts';

const order = readOrder();
const [program = '', ...options] = order.command ?? [];
const recommended = order.settings === 'recommended';

await writeOn(order, async (seq) => {
  const sql = insert.replace('?', `'${order.name}'`).replace('?', String(seq));
  const own = recommended ? [`--connect-timeout=${order.connectSeconds}`] : [];
  // The program has no limit for a statement: `timeout 5 mysql …` gives it one.
  const limit = recommended ? { timeout: order.statementSeconds * 1000, killSignal: 'SIGKILL' as const } : {};
  const child = spawn(program, [...options, ...own, '-e', sql], {
    stdio: ['ignore', 'ignore', 'pipe'],
    ...limit,
  });
  const said: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const [code, signal] = await new Promise<readonly [number | null, string | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, by) => resolve([exitCode, by]));
  });
  if (code === 0) return;
  const [, number] = /ERROR (\d+)/.exec(said.join('')) ?? [];
  throw Object.assign(new Error(said.join('').trim()), {
    code: number ?? (signal === 'SIGKILL' ? 'timeout' : `exit ${code ?? signal}`),
  });
});
