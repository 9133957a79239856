/** The verbs of work on hosts, before an operate function that is made up. */
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { expect, it } from 'vitest';
import { CliError } from '../../lib/cli/errors.ts';
import { hostVerbs } from '../../lib/cli/operate/host-verbs.ts';
import type { Reply } from '../../lib/core/operator/reply.ts';

const nowhere = fileURLToPath(new URL('./no-environments', import.meta.url));

interface Made {
  readonly line: string;
  /** What operate answers to one request after the other; the last again and again. */
  readonly replies: readonly Reply[];
  /** What a person types; undefined: nobody sits there. */
  readonly types?: string;
}

async function run({ line, replies, types }: Made) {
  const requests: Record<string, unknown>[] = [];
  const told: string[] = [];
  const noted: string[] = [];
  let code: number | null = null;
  const io = {
    env: { KEEPALAMBDA_ENV: 'prod', USER: 'ann' },
    isTerminal: types !== undefined,
    hasColour: false,
    columns: () => 80,
    rows: () => 24,
    noteInPlace() {},
    tell: (text: string) => void told.push(text),
    note: (text: string) => void noted.push(text),
    ask: async (question: string) => {
      noted.push(question);
      return types ?? '';
    },
    onInterrupt: () => () => undefined,
    exitWith: (given: number) => {
      code = given;
    },
  };
  const open = () => async (request: object) => {
    requests.push(request as Record<string, unknown>);
    return replies[Math.min(requests.length, replies.length) - 1] as Reply;
  };
  const program = new Command().exitOverride();
  for (const each of hostVerbs({ directory: nowhere, io, open })) program.addCommand(each);
  const error = await program.parseAsync(line.split(' '), { from: 'user' }).then(
    () => null,
    (thrown: unknown) => (thrown instanceof CliError ? thrown.lines.join('\n') : Promise.reject(thrown)),
  );
  return { requests, told, noted, code, error };
}

const work = (changed: number, unfinished: boolean): Reply => ({
  ok: true,
  outcome: 'done',
  lines: [`setup: ${changed} changed`],
  data: { action: 'setup', pair: 'orders', steps: [], changed, unfinished },
});
const status: Reply = { ok: true, outcome: 'done', lines: [] };

it('sends the same order until it is finished, and counts the changes of all invocations', async () => {
  const line = 'setup orders --why new --yes --json';
  const { requests, told, code } = await run({
    line,
    replies: [work(4, true), work(3, true), work(2, false)],
  });
  expect(requests).toHaveLength(3);
  expect(new Set(requests.map((request) => JSON.stringify(request))).size).toBe(1);
  expect(requests[0]).toMatchObject({
    action: 'setup',
    pair: 'orders',
    by: 'ann',
    why: 'new',
    dryRun: false,
  });
  expect(JSON.parse(told[0] ?? '')).toMatchObject({ data: { changed: 9, unfinished: false } });
  expect(code).toBe(0);
});

it('follows what runs on a host to its end, through as many invocations as that takes', async () => {
  const waits = work(0, true);
  const atWork = { ...waits, data: { ...waits.data, atWork: true } } as Reply;
  const line = 'setup orders --why new --yes';
  const { requests, code } = await run({ line, replies: [...Array(9).fill(atWork), work(1, false)] });
  expect({ requests: requests.length, code }).toEqual({ requests: 10, code: 0 });
});

it('gives up where invocations end and nothing moves on', async () => {
  const { error, requests } = await run({ line: 'setup orders --why new --yes', replies: [work(0, true)] });
  expect(error).toContain('got no progress in 3 invocations');
  expect(error).toContain('at last "setup: 0 changed"');
  expect(requests).toHaveLength(3);
});

it('names the environment, the pair and what is done before a person confirms, and does nothing for another word', async () => {
  const { noted, error, requests } = await run({
    line: 'setup orders --why new',
    replies: [status],
    types: 'no',
  });
  expect(noted.join('\n')).toContain('prod/orders: SET UP');
  expect(error).toContain('nothing was done');
  expect(requests.map(({ action }) => action)).toEqual(['status']);
});

it('needs --yes where nobody sits', async () => {
  const { error, requests } = await run({ line: 'remove orders --why over', replies: [status] });
  expect(error).toContain('no --yes');
  expect(requests).toEqual([]);
});

it('asks nothing in a dry run', async () => {
  const { requests, noted } = await run({
    line: 'remove orders --dry-run --channels',
    replies: [work(0, false)],
  });
  expect(requests).toEqual([expect.objectContaining({ action: 'remove', dryRun: true, channels: true })]);
  expect(noted).toEqual([]);
});

it('ends as the reply does: what is refused is exit code 3', async () => {
  const refused: Reply = { ok: false, outcome: 'refused', lines: ['got x; want y. To fix it: z.'] };
  const { code, noted } = await run({ line: 'setup orders --why new --yes', replies: [refused] });
  expect(code).toBe(3);
  expect(noted).toEqual(['refused: got x; want y. To fix it: z.']);
});

it('a failure comes after the steps that succeeded, which are no failures', async () => {
  const step = (name: string) => ({ name, node: 'db1', does: 'x', result: 'changed' as const, tookMs: 1 });
  const failed: Reply = {
    ok: false,
    outcome: 'failed',
    lines: ['changed  one db1: x', 'changed  two db1: x', 'three db1: tried 3 times without effect'],
    data: {
      action: 'setup',
      pair: 'orders',
      steps: [step('one'), step('two')],
      changed: 2,
      unfinished: false,
    },
  };
  const { noted, code } = await run({ line: 'setup orders --yes --why x', replies: [failed] });
  expect(code).toBe(1);
  expect(noted).toEqual([
    'changed  one db1: x',
    'changed  two db1: x',
    'failed: three db1: tried 3 times without effect',
  ]);
});
