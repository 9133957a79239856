/** Command lines and how they end, without a deployment: operate is a stub that answers at once. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { practiceLines } from '../../lab/keep.ts';
import { CliError } from '../../lib/cli/errors.ts';
import type { Invoke } from '../../lib/cli/operate/invoke.ts';
import { decide } from '../../lib/core/decision/decision.ts';
import { isOrder } from '../../lib/core/operator/order.ts';
import { done, notDone, type Reply } from '../../lib/core/operator/reply.ts';
import { parseRequest } from '../../lib/core/operator/request.ts';
import { pairStatusOf } from '../../lib/core/pair/pair-status.ts';
import { seen, steady } from '../core/world.ts';
import { type Given, runLine } from './surroundings.ts';

const situation = seen(steady);
const status: Reply = done(['orders: …'], {
  action: 'status',
  pairs: [pairStatusOf(situation, decide(situation), { seenBy: 'leader', replicas: [] })],
  lease: null,
  events: [],
});

/** Answers as operate does, with nothing behind it. */
const answering: Invoke = async (request) => {
  const parsed = parseRequest(request);
  if (parsed.kind === 'faulty') return notDone('faulty', ['action: got nothing']);
  const { action, pair = 'orders' } = parsed.value;
  if (action === 'status') return status;
  return isOrder(parsed.value)
    ? done(['done'], { action: 'order', order: action, pair, id: 'x' })
    : done(['answered']);
};
const stub: Given = { invoke: answering };
const refusing: Given = { invoke: async () => notDone('refused', ['no']) };
const failing: Given = { invoke: async () => notDone('failed', ['it did not work']) };
const away: Given = {
  invoke: async () => {
    throw new CliError(['it cannot be reached'], 4);
  },
};

it.each(practiceLines)('takes what `lab --keep` prints: %s', async (line) => {
  const words = line.split(' ');
  const asked = words[0] === 'switchover' ? [...words, '--yes'] : words;
  expect(await runLine(asked, stub)).toMatchObject({ code: 0 });
});

describe('how a line ends', () => {
  const why = ['--why', 'test'];
  test.each<[line: string, given: Given, words: readonly string[], code: number, says: RegExp]>([
    ['no verb', stub, [], 2, /Usage: keepalambda/],
    ['an unknown verb', stub, ['statsu'], 2, /unknown command 'statsu'[\s\S]*status/],
    ['help', stub, ['failover', '--help'], 0, /Examples:/],
    ['an unknown flag', stub, ['status', '--al'], 2, /unknown option '--al'/],
    ['too many words', stub, ['status', 'a', 'b'], 2, /too many arguments/],
    ['a question', stub, ['mysql-check'], 0, /answered/],
    ['an order', stub, ['resume', ...why], 0, /done/],
    ['a refusal', refusing, ['resume', 'orders', ...why], 3, /^refused: no$/],
    ['a failure', failing, ['resume', 'orders', ...why], 1, /^failed: it did not work$/],
    ['no function', away, ['status'], 4, /it cannot be reached/],
    [
      'an order that may be lost',
      away,
      ['resume', 'orders', ...why],
      4,
      /repeated with --id .* it is the same order/,
    ],
    ['a move without a direction', stub, ['failover', 'orders', '--yes', ...why], 2, /--to: got nothing/],
    [
      'a move without a yes',
      stub,
      ['failover', 'orders', '--to', 'db2', ...why],
      2,
      /no terminal .* no --yes/,
    ],
    ['a maintenance', stub, ['maintain', '--restart', '--yes', ...why], 0, /answered/],
    ['its steps alone', stub, ['maintain', '--restart', '--dry-run'], 0, /answered/],
    ['a reboot of both hosts', stub, ['maintain', '--reboot', '--yes', ...why], 0, /answered/],
    [
      'a maintenance of nothing',
      stub,
      ['maintain', '--yes', ...why],
      2,
      /got nothing; want one of --restart/,
    ],
    [
      'a maintenance of two kinds',
      stub,
      ['maintain', '--restart', '--reboot', '--yes', ...why],
      2,
      /got --restart and --reboot; want one/,
    ],
    [
      'a maintenance without a yes',
      stub,
      ['maintain', '--command', 'upgrade', ...why],
      2,
      /no terminal .* no --yes/,
    ],
    ['an order without a reason', stub, ['resume', 'orders'], 2, /--why: got nothing/],
    ['a name that cannot be one', stub, ['status', '--env', 'a b'], 2, /--env: got "a b"/],
    [
      'no environment',
      { ...stub, env: { KEEPALAMBDA_ENV: '' } },
      ['status'],
      2,
      /--env: got nothing; .* none here/,
    ],
    ['a shell that there is not', stub, ['completion', 'csh'], 2, /bash, zsh, fish/],
    ['a limit', stub, ['history', '--limit', '2001'], 2, /want a whole number from 1 to 2000/],
    ['JSON, and no function', { ...away }, ['status', '--json'], 4, /"outcome":"unreachable"/],
  ])('%s', async (_, given, words, code, says) => {
    const ended = await runLine(words, given);
    expect(ended.code).toBe(code);
    expect(`${ended.out}${ended.err}`).toMatch(says);
  });
});

describe('a person at a terminal', () => {
  const at = (...answers: readonly string[]): Given => ({ ...stub, isTerminal: true, answers });
  const orders = (requests: readonly object[]) =>
    requests.filter((request) => (request as { action: string }).action !== 'status');

  it('sees environment, pair and direction, and says yes', async () => {
    const { code, err, requests } = await runLine(['switchover'], at('kernel', 'yes'));
    expect(code).toBe(0);
    expect(err).toContain('lab/orders: SWITCH OVER from db1 to db2. Type yes to do it:');
    expect(orders(requests)).toEqual([
      expect.objectContaining({
        action: 'switchover',
        to: 'db2',
        by: 'ann',
        why: 'kernel',
        id: expect.any(String),
      }),
    ]);
  });

  it.each(['', 'y', 'no', 'yes please'])('says %j, and nothing is ordered', async (answer) => {
    const { code, requests } = await runLine(['failover', '--why', 'x', '--accept-loss'], at(answer));
    expect({ code, orders: orders(requests) }).toEqual({ code: 2, orders: [] });
  });

  it('presses Ctrl-C in a switchover: it is waited for all the same, and its outcome can be found', async () => {
    const given: Given = { ...at(), interruptsAt: 'switchover' };
    const words = ['switchover', 'orders', '--to', 'db2', '--yes', '--why', 'x', '--id', 'x1'];
    const { code, out, err, requests } = await runLine(words, given);
    expect({ code, out, count: requests.length }).toEqual({ code: 0, out: 'done', count: 1 });
    expect(err).toContain('it is given, and goes on without this command (order x1; repeated with --id x1');
    expect(err).toContain('Its outcome: keepalambda status orders --env lab --events 5.');
  });

  it('presses nothing, and reads nothing of it', async () => {
    const { err } = await runLine(['switchover', 'orders', '--to', 'db2', '--yes', '--why', 'x'], at());
    expect(err).not.toContain('Ctrl-C');
  });

  it('is not asked before a pause, which moves nothing', async () => {
    const { err, code } = await runLine(['pause', '--minutes', '5', '--why', 'x'], at());
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });
});

it('2,000 fuzzed lines: each ends with one code and says something, and none orders what was not confirmed', async () => {
  const verbs =
    'status explain plan history mysql-check failover switchover pause resume acknowledge release reattach drill incident completion init grants';
  const known = `${verbs} --env --json --to --from --why --yes --force --limit --minutes --node --id --help -h -- orders db1 db2 prod 5 bash`;
  const word = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...known.split(' ')) },
    { weight: 1, arbitrary: fc.string() },
    { weight: 1, arbitrary: fc.constantFrom('--why=', '--to=\u0000', '__proto__', '-1', '--env=../x', '🙂') },
  );
  const line = fc.tuple(fc.constantFrom(...verbs.split(' ')), fc.array(word, { maxLength: 8 }));
  let orders = 0;
  for (const [verb, words] of fc.sample(line, { numRuns: 2000, seed: 20_261_126 })) {
    const { code, out, err, requests } = await runLine([verb, ...words], stub);
    expect([0, 1, 2, 3, 4]).toContain(code);
    expect(`${out}${err}`).not.toBe('');
    expect(`${out}${err}`).not.toMatch(/\n\s+at .*:\d+:\d+|\[object Object\]/);
    const dangerous = ['failover', 'switchover', 'release', 'reattach', 'drill'].includes(verb);
    const ordered = requests.filter((request) => (request as { action: string }).action !== 'status');
    if (dangerous && !words.includes('--yes')) expect(ordered).toEqual([]);
    orders += ordered.length;
  }
  expect(orders).toBeGreaterThan(50);
}, 600_000);

describe('every command of the documents is one that there is', () => {
  const pages = ['README.md', 'docs/runbook.md'].flatMap((page) => {
    const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8').replace(/`\n? ?`/g, '``');
    const found = text.matchAll(/npx keepalambda ((?:[^`"\n]|"[^"\n]*")*)/g);
    return [...found].map(
      ([, words = '']) => [page, words.replace(/ +#.*$/, '').replace(/ (\)|->).*$/, '')] as const,
    );
  });
  const others = /^(init|grants|check|export|completion)\b|^$/;
  const lines = pages.filter(([, line]) => !others.test(line.trim()) && !line.includes('--help'));

  it('has many', () => {
    expect(lines.length).toBeGreaterThan(20);
  });

  test.each(lines)('%s: %s', async (_, line) => {
    const words = [...line.replaceAll('$PAIR', 'orders').matchAll(/"([^"]*)"|(\S+)/g)].map(
      ([, quoted, bare]) => quoted ?? bare ?? '',
    );
    const ends: Readonly<Record<string, readonly string[]>> = {
      watch: ['--json', '--count', '1'],
      // The stub's pair never has the VIP on the other node.
      drill: ['--yes', '--patience', '1'],
    };
    const asks = ends[words[0] ?? ''] ?? (words.includes('--why') ? ['--yes'] : []);
    const { requests, err } = await runLine([...words, ...asks], stub);
    expect(requests, err).not.toEqual([]);
    for (const request of requests) expect(parseRequest(request)).toMatchObject({ kind: 'valid' });
  });
});

describe('completion', () => {
  test.each(['bash', 'zsh', 'fish'])('%s names every verb', async (shell) => {
    const { out } = await runLine(['completion', shell], stub);
    for (const verb of ['switchover', 'incident', 'watch']) expect(out).toContain(verb);
    if (shell === 'bash') execFileSync('bash', ['-n'], { input: out });
  });

  test.each([
    ['keepalambda swi', 'switchover'],
    ['keepalambda switchover --kill', '--kill-long'],
    ['keepalambda completion f', 'fish'],
  ])('bash: %s', async (line, completed) => {
    const { out } = await runLine(['completion', 'bash'], stub);
    const words = line.split(' ');
    const script = `${out}\nCOMP_WORDS=(${words.join(' ')}) COMP_CWORD=${words.length - 1}\n_keepalambda; echo "\${COMPREPLY[*]}"`;
    expect(execFileSync('bash', [], { input: script, encoding: 'utf8' }).trim()).toBe(completed);
  });
});
