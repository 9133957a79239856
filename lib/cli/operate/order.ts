/** One order from a person: who asks and why, whether they mean it, and what happens while it is carried out. */
import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PairStatus, Reply } from '../../core/operator/reply.ts';
import { CliError, exitCodes, UNREACHABLE, usage } from '../errors.ts';
import type { Io } from '../io.ts';
import { painter } from './paint.ts';
import type { Target } from './target.ts';
import { secondsOf, statusBlock, statusIn } from './texts.ts';
import type { Work } from './verb.ts';

export interface OrderFlags {
  readonly why?: string;
  readonly by?: string;
  readonly yes?: true;
  readonly id?: string;
}

/** An order with all that it needs; `id` makes a repetition the same order. */
export interface Asked {
  readonly by: string;
  readonly why: string;
  readonly id: string;
}

/** Who asks and why: asked of a person who did not say. Throws a `CliError` where nobody can be asked. */
export async function signed({ io, flags }: Work<OrderFlags>): Promise<Asked> {
  const by = flags.by ?? io.env.USER ?? io.env.LOGNAME ?? userInfo().username;
  const id = flags.id ?? randomUUID();
  if (flags.why?.trim()) return { by, id, why: flags.why };
  const why = io.isTerminal ? await io.ask('Why? (goes into the history and the alerts) ') : '';
  if (why !== '') return { by, id, why };
  throw usage('--why: got nothing; want a reason, so that others know. To fix it: add --why "…".');
}

/** Without a terminal, a dangerous command must say that it is meant, before anybody is asked anything. */
export function expectSure({ io, flags }: Work<OrderFlags>, what: string): void {
  if (flags.yes || io.isTerminal) return;
  throw usage(
    `${what}: got no terminal to confirm at, and no --yes; want one of them. To fix it: add --yes.`,
  );
}

/**
 * Shows the pair as it is and what would be done, and waits for `yes`. Throws a `CliError`, with nothing done, for any
 * other answer.
 */
export async function confirm(
  { io, target }: Work<object>,
  pair: string,
  status: PairStatus | undefined,
  what: string,
): Promise<void> {
  const paint = painter(io.hasColour);
  if (status) for (const line of statusBlock(target.environment, status, paint)) io.note(line);
  const answer = await io.ask(
    `${paint('bold', `${target.environment}/${pair}: ${what}.`)} Type yes to do it: `,
  );
  if (answer.toLowerCase() === 'yes') return;
  throw usage(`nothing was done: got ${JSON.stringify(answer)}; want yes.`);
}

/** How often a person sees how long it has taken. Milliseconds. */
const LINE_EVERY_MS = 1000;

/** Sends the order, and shows what happens until it is answered. The order itself is sent once. */
export async function send(
  { target, io, flags }: Work<object>,
  pair: string,
  request: object,
): Promise<Reply> {
  const startedMs = performance.now();
  const ended = new AbortController();
  const sent = target.invoke(request).finally(() => ended.abort());
  const shown = flags.json ? undefined : showProgress(target, io, pair, startedMs, ended.signal);
  try {
    return await sent;
  } finally {
    await shown;
  }
}

async function showProgress(
  target: Target,
  io: Io,
  pair: string,
  startedMs: number,
  ended: AbortSignal,
): Promise<void> {
  const elapsed = () => `+${secondsOf(performance.now() - startedMs)}`;
  let doing = 'waiting for the leader';
  const told = new Set<string>();
  const tellSteps = async () => {
    while (!ended.aborted) {
      await sleep(LINE_EVERY_MS, undefined, { signal: ended }).catch(() => {});
      if (ended.aborted) return;
      const reply = await target.invoke({ action: 'status', pair }).catch(() => null);
      const plan = reply && statusIn(reply, pair)?.plan;
      if (!plan || ended.aborted) continue;
      doing = plan.steps.find(({ outcome }) => outcome === null)?.step ?? 'ending';
      for (const { step, outcome } of plan.steps) {
        if (outcome === null || told.has(step)) continue;
        told.add(step);
        io.note(`  ${elapsed().padStart(8)}  ${step}: ${outcome}`);
      }
    }
  };
  const steps = tellSteps();
  while (!ended.aborted) {
    io.noteInPlace(`  ${elapsed().padStart(8)}  ${doing}`);
    await sleep(LINE_EVERY_MS, undefined, { signal: ended }).catch(() => {});
  }
  // A status that is on its way is not waited for.
  void steps;
}

/** As `send`; where it is not known what became of the order, the error says what to do, and so does Ctrl-C. */
export async function sendOrder(
  work: Work<object>,
  pair: string,
  request: object,
  { id }: Asked,
): Promise<Reply> {
  const same = `repeated with --id ${id}, it is the same order`;
  const isHeard = sayOnInterrupt(
    work,
    pair,
    `it is given, and goes on without this command (order ${id}; ${same})`,
  );
  return send(work, pair, request)
    .catch((error: unknown) => {
      if (!(error instanceof CliError) || error.exitCode !== UNREACHABLE) throw error;
      const hint = `It is order ${id}: ${same}, and never a second move.`;
      throw new CliError([...error.lines, hint], exitCodes.unreachable);
    })
    .finally(isHeard);
}

/** The first Ctrl-C takes nothing back: it says so, and how the outcome is seen. Gives back what ends that. */
export function sayOnInterrupt({ io, target }: Work<object>, pair: string, what: string): () => void {
  const { environment } = target;
  const see = `keepalambda status ${pair} --env ${environment} --events 5`;
  return io.onInterrupt(() => io.note(`  ${what}. Its outcome: ${see}. Ctrl-C again leaves.`));
}
