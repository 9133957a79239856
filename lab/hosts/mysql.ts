/** `mysql` on a host of the lab, as its root over the socket: as much of the program as scripts use. */
import type { Connection } from 'mysql2/promise';
import { openRoot } from '../servers/connection.ts';
import type { DoorAnswer } from './door.ts';

/** `-e` with one text of statements; `-N` without headings; `-E` for a line for each column. No commands of its own, as in 9.7. */
export async function mysql(socketPath: string, args: readonly string[]): Promise<DoorAnswer> {
  const text = args[args.indexOf('-e') + 1] ?? '';
  const upright = args.includes('-E');
  const headings = !args.includes('-N') && !upright;
  let root: Connection;
  try {
    root = await openRoot(socketPath);
  } catch (error) {
    const message = `ERROR 2002 (HY000): Can't connect to local server through socket '${socketPath}' (${codeOf(error)})\n`;
    return { exitCode: 1, stdout: '', stderr: message };
  }
  let stdout = '';
  try {
    for (const statement of statementsOf(text)) stdout += await answerTo(root, statement, upright, headings);
    return { exitCode: 0, stdout, stderr: '' };
  } catch (error) {
    const { errno, message } = error as { errno?: number; message: string };
    return { exitCode: 1, stdout, stderr: `ERROR ${errno ?? 2013} (HY000) at line 1: ${message}\n` };
  } finally {
    root.destroy();
  }
}

/** Scripts of ours have no semicolon in a string. */
function statementsOf(text: string): readonly string[] {
  return text
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

async function answerTo(root: Connection, sql: string, upright: boolean, headings: boolean): Promise<string> {
  const [rows, fields] = await root.query({ sql, rowsAsArray: true, timeout: 30_000 });
  if (!Array.isArray(rows) || !Array.isArray(fields)) return '';
  const names = fields.map(({ name }) => name);
  const lines = (rows as unknown[][]).map((row) => row.map(shown));
  if (!upright) return [...(headings ? [names] : []), ...lines].map((row) => `${row.join('\t')}\n`).join('');
  const block = (row: readonly string[]) => row.map((value, index) => `${names[index]}: ${value}\n`).join('');
  return lines.map((row, index) => `*** ${index + 1}. row ***\n${block(row)}`).join('');
}

/** As `--batch` prints it. */
function shown(value: unknown): string {
  if (value === null) return 'NULL';
  return String(value).replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? 'no answer';
}
