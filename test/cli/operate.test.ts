/** The operators' verbs on a lab that runs: its operate function over HTTPS, its servers, and a real terminal. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { z } from 'zod';
import { pairName } from '../../lab/deployment.ts';
import { type LabWorld, openWorld, untilSteady } from '../../lab/world.ts';
import { replySchema } from '../../lib/core/operator/reply.ts';
import { calling, openTerminal } from './terminal.ts';

const entry = fileURLToPath(new URL('../../bin/keepalambda.ts', import.meta.url));
const nowhere = fileURLToPath(new URL('./no-environments', import.meta.url));
const answerSchema = replySchema.extend({ environment: z.literal('lab') }).strict();
const rowSchema = z.object({ pair: z.string(), atMs: z.number(), what: z.string(), text: z.string() });
const incidentSchema = z.object({
  environment: z.string(),
  incident: z.string(),
  rows: z.array(rowSchema).min(3),
});
const legSchema = z.object({
  from: z.string(),
  to: z.string(),
  ok: z.literal(true),
  askedMs: z.number().positive(),
  tookMs: z.number().positive(),
  closedForMs: z.number().positive(),
  text: z.string(),
});
const drillSchema = z.object({
  environment: z.literal('lab'),
  pair: z.literal(pairName),
  ok: z.literal(true),
  legs: z.tuple([legSchema, legSchema]),
  readyAfterMs: z.number().positive(),
});

let world: LabWorld;
let env: Record<string, string>;

beforeAll(async () => {
  world = await openWorld({
    server: 'mysql-5.6',
    port: 3306,
    latency: { kind: 'none' },
    ec2LatencyMs: null,
    cpu: 'whole',
    changes: {},
  });
  world.schedule();
  await untilSteady(world, 240_000);
  env = { ...world.aws.environment, KEEPALAMBDA_ENV: 'lab', KEEPALAMBDA_ENVIRONMENTS: nowhere, USER: 'ann' };
});
afterAll(() => world?.close());

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Without a terminal, as a script runs it. */
function keepalambda(line: string, more: Readonly<Record<string, string>> = {}): Promise<Run> {
  const words = line.split(' ').map((word) => word.replaceAll('_', ' '));
  const options = { env: { PATH: process.env.PATH ?? '', ...env, ...more }, maxBuffer: 16 << 20 };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [entry, ...words], options, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
    child.stdin?.end();
  });
}

async function json(line: string): Promise<z.infer<typeof answerSchema> & { readonly code: number }> {
  const { code, out, err } = await keepalambda(`${line} --json`);
  expect({ err, outcome: (JSON.parse(out) as { outcome?: string }).outcome }, out).not.toMatchObject({
    outcome: 'unreachable',
  });
  expect(err).toBe('');
  return { ...answerSchema.parse(JSON.parse(out)), code };
}

/** The holder, and the other one: what came of earlier tests does not matter. */
function roles(): { readonly from: string; readonly to: string } {
  const from = world.holder() ?? 'none';
  return { from, to: from === 'db1' ? 'db2' : 'db1' };
}

describe('who only asks', () => {
  test.each([
    ['status', 'status'],
    [`status ${pairName} --verbose`, 'status'],
    ['explain', 'explain'],
    ['plan', 'plan'],
    [`plan ${pairName} --of switchover`, 'plan'],
    ['history --limit 3', 'history'],
    ['mysql-check', 'check'],
    ['watch --count 1', 'status'],
  ])('%s', async (line, action) => {
    const { code, outcome, data } = await json(line);
    expect({ code, outcome, action: data?.action }).toEqual({ code: 0, outcome: 'done', action });
  });

  it('status is one short block, and status --verbose has the state of the leader', async () => {
    const { out } = await keepalambda('status');
    expect(out.trimEnd().split('\n').length).toBeLessThan(7);
    expect(out).toMatch(/^lab\/orders {2}VIP \S+ on db1\n {2}db1 serving, takes writes/);
    const { data } = await json('status --verbose');
    expect(data).toMatchObject({ states: [{ from: 'leader', state: { lastRow: 'steady' } }] });
  });

  it('explain is of the leader', async () => {
    expect((await keepalambda('explain')).out).toMatch(/^orders: steady \(as the leader sees it\)/);
  });

  it('what cannot be reached ends with 4, and a pair that there is not with 2', async () => {
    const gone = await keepalambda('status --env nosuch --json');
    expect(gone.code).toBe(4);
    expect(JSON.parse(gone.out)).toMatchObject({ environment: 'nosuch', ok: false, outcome: 'unreachable' });
    expect(await keepalambda('status nosuch')).toMatchObject({
      code: 2,
      err: expect.stringContaining('pair: got nosuch; want one of orders'),
    });
  });
});

describe('orders', () => {
  test.each([
    ['failover --to db1 --yes --why test', 3, /^refused: db1 holds the VIP already/],
    ['release --node db9 --yes --why test', 2, /^wrong: node: got node db9; want one of db1, db2/],
    ['reattach --yes --why test', 3, /^refused: no channel is detached/],
    ['acknowledge --why test', 3, /^refused: there is nothing to acknowledge/],
    ['resume --why test', 3, /^refused: the pair is not paused/],
    ['pause --minutes 9999 --why test', 2, /want a number above 0, at most 1440/],
    ['pause --minutes 5', 2, /--why: got nothing/],
    ['failover --to db2 --why test', 2, /no terminal to confirm at, and no --yes/],
    ['drill --why test', 2, /no terminal to confirm at, and no --yes/],
    ['watch', 2, /got no terminal/],
  ])('%s ends with %i', async (line, code, err) => {
    expect(await keepalambda(line)).toMatchObject({ code, out: '', err: expect.stringMatching(err) });
    expect(world.holder()).toBe('db1');
  });

  it('pause and resume, by who asked and why', async () => {
    expect(await json('pause --minutes 5 --why kernel_update')).toMatchObject({
      code: 0,
      data: { action: 'order', order: 'pause' },
    });
    expect((await keepalambda('status')).out).toMatch(/paused by ann until .* UTC \(5 min\): kernel update/);
    expect(await keepalambda('resume --why done')).toMatchObject({ code: 0, out: 'resumed\n' });
  });

  it('a drill goes there and back, and measures both', async () => {
    await untilSteady(world, 240_000);
    const { from, to } = roles();
    const { code, out, err } = await keepalambda('drill --yes --why test --json');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const { legs } = drillSchema.parse(JSON.parse(out));
    expect(legs.map((leg) => `${leg.from} to ${leg.to}`)).toEqual([`${from} to ${to}`, `${to} to ${from}`]);
    expect(world.holder()).toBe(from);
  });

  it('the same id is the same order: repeated, it moves nothing', async () => {
    const { to } = roles();
    const order = `switchover --to ${to} --yes --force --why test --id T-1`;
    const first = await json(order);
    const again = await json(order);
    expect(first).toMatchObject({ code: 0, data: { id: 'T-1', tookMs: expect.any(Number) } });
    expect(again).toEqual(first);
    expect(world.holder()).toBe(to);
  });
});

describe('in a terminal', () => {
  it('nothing is done without a yes, and the question names environment, pair and direction', async () => {
    const terminal = openTerminal(`${calling} switchover --why test`, env);
    const { from, to } = roles();
    await terminal.until(
      new RegExp(`lab/orders: SWITCH OVER from ${from} to ${to}\\..*Type yes to do it: `, 's'),
    );
    terminal.type('y\r');
    expect(await terminal.ended()).toBe(2);
    expect(terminal.printed()).toContain('nothing was done: got "y"; want yes.');
    expect(world.holder()).toBe(from);
  });

  it('asks why, and shows how long it takes', async () => {
    await untilSteady(world, 240_000);
    const terminal = openTerminal(`${calling} failover --force`, env);
    const { from, to } = roles();
    await terminal.until(/Why\?/);
    terminal.type('a test of the terminal\r');
    await terminal.until(new RegExp(`FAIL OVER from ${from} to ${to} by force.*Type yes`, 's'));
    terminal.type('yes\r');
    expect(await terminal.ended()).toBe(0);
    expect(terminal.printed()).toMatch(/\+0\.0 s {2}waiting for the leader/);
    expect(terminal.printed()).toContain(`failover to ${to} done in`);
    expect(world.holder()).toBe(to);
  });

  it.each([40, 100])('watch is as wide as %i columns, and q leaves', async (columns) => {
    const terminal = openTerminal(
      `${calling} watch --every 0.5`,
      { ...env, NO_COLOR: '1' },
      { columns, rows: 20 },
    );
    await terminal.until(/orders {2}VIP .*db2/s);
    terminal.type('q');
    expect(await terminal.ended()).toBe(0);
    const printed = terminal.printed();
    expect(printed).toContain('\u001b[?1049h');
    expect(printed.trimEnd().endsWith('\u001b[?1049l')).toBe(true);
    const lines = printed
      .replaceAll('\u001b[H', '\r\n')
      .split(/\r*\n/)
      .map((text) => text.replaceAll(/.\[(K|J|H|\?[\dhl]+)/g, ''));
    expect(Math.max(...lines.map((text) => [...text].length))).toBeLessThanOrEqual(columns);
  });

  it('bash completes verbs and options', async () => {
    const terminal = openTerminal(`bash --norc -i`, { ...env, PS1: '$ ' });
    terminal.type(`eval "$(${calling} completion bash)"; echo read''y\r`);
    await terminal.until(/ready\r\n/);
    terminal.type('keepalambda switch\t--kill\t');
    await terminal.until(/keepalambda switchover --kill-long/);
    terminal.type('\u0015exit\r');
    await terminal.ended();
  });
});

it('an incident, as it is told afterwards', async () => {
  await untilSteady(world, 240_000);
  const { from, to } = roles();
  await world.hosts[from === 'db1' ? 'db1' : 'db2'].instance.kill();
  const id = await new Promise<string>((resolve, reject) => {
    const untilMs = Date.now() + 60_000;
    const look = async () => {
      const { incident } = await world.store.readMemory(pairName);
      if (incident && world.holder() === to) resolve(incident.id);
      else if (Date.now() > untilMs) reject(new Error('no failover'));
      else setTimeout(() => void look(), 200);
    };
    void look();
  });
  await failedOverTo(to);
  const { code, out } = await keepalambda(`incident ${id} --json`);
  expect(code).toBe(0);
  expect(incidentSchema.parse(JSON.parse(out)).rows.map(({ what }) => what)).toContain('decision');
  const told = await keepalambda(`incident ${id}`);
  expect(told.out).toMatch(/^incident \w+ of lab\/orders: .* UTC, [\d.]+ s\n.*●/s);
  expect(told.out).toContain(`holder-lost failover to ${to}`);
  expect(await keepalambda('incident nosuch')).toMatchObject({
    code: 2,
    err: expect.stringContaining('got incident nosuch'),
  });
});

/** The plan has ended, and its rows are written. */
async function failedOverTo(node: string): Promise<void> {
  for (;;) {
    const { plan, lastHolder } = await world.store.readMemory(pairName);
    const rows = await world.store.history(pairName, 20);
    if (plan === null && lastHolder === node && rows.some(({ text }) => text.includes('failover completed')))
      return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

it('nothing that the functions did was denied', () => {
  expect([...world.denied]).toEqual([]);
});
