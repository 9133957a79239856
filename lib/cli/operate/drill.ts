/** `keepalambda drill`: a switchover there and back, with measured times: the rehearsal of a pair in service. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { PairStatus, Reply } from '../../core/operator/reply.ts';
import { CliError, exitCodes } from '../errors.ts';
import { positive } from './flags.ts';
import { confirm, expectSure, type OrderFlags, sayOnInterrupt, send, signed } from './order.ts';
import { choosePair } from './target.ts';
import { secondsOf, statusIn } from './texts.ts';
import { type Context, carryOut, exitCodeOfReply, verb, type Work } from './verb.ts';

interface DrillFlags extends OrderFlags {
  readonly patience: number;
}

/** One way, as it was measured. Milliseconds. */
export interface Leg {
  readonly from: string;
  readonly to: string;
  readonly ok: boolean;
  /** From the order to its answer. */
  readonly askedMs: number;
  /** What the leader measured: the plan, and in it the time in which no node took writes. */
  readonly tookMs: number | null;
  readonly closedForMs: number | null;
  readonly text: string;
}

export function drillVerb(context: Context): Command {
  return verb(
    'drill',
    'Switches over and back, and measures both ways. Loses no write; clients reconnect twice.',
    [
      'drill orders --env prod --why "drill of the month"',
      'drill orders --env prod --why "drill of the month" --yes --json',
    ],
  )
    .argument('[pair]', 'the pair (default: the only one)')
    .option('--why <text>', 'why; goes into the history and the alerts')
    .option('--by <name>', 'who asks (default: you)')
    .option('--patience <seconds>', 'how long to wait until the way back is free', positive(600), 120)
    .option('--yes', 'do not ask for confirmation')
    .action((given: string | undefined, flags: DrillFlags) =>
      carryOut(context, flags, async (work) => {
        expectSure(work, 'drill');
        return drill(work, await choosePair(work.target, given));
      }),
    );
}

async function drill(work: Work<DrillFlags>, pair: string): Promise<number> {
  const { io, target, flags } = work;
  const { by, why, id } = await signed(work);
  const { status, from, to } = await readyPair(work, pair);
  if (!flags.yes) await confirm(work, pair, status, `SWITCH OVER from ${from} to ${to} and back`);
  const order = { action: 'switchover', pair, by, why, killLong: false };
  const there = await leg(work, pair, from, to, { ...order, to, id: `${id}-1`, force: false });
  if (!there.leg.ok) return end(work, pair, [there.leg], null, exitCodeOfReply(there.reply));
  if (!flags.json) io.note(`${legText(there.leg)}. Waiting until ${from} can take over again.`);
  const startedMs = performance.now();
  if (!(await awaitReady(work, pair, from, flags.patience * 1000))) {
    const back = `keepalambda switchover ${pair} --to ${from} --env ${target.environment}`;
    io.note(`${to} holds the VIP, and ${from} was not ready yet. The way back: ${back}`);
    return end(work, pair, [there.leg], null, exitCodes.failed);
  }
  const readyAfterMs = performance.now() - startedMs;
  // It undoes a move of the last minute, as it is meant to.
  const back = await leg(work, pair, to, from, { ...order, to: from, id: `${id}-2`, force: true });
  return end(work, pair, [there.leg, back.leg], readyAfterMs, exitCodeOfReply(back.reply));
}

/** The pair, fit for a drill. Throws a `CliError` where it is not. */
async function readyPair(
  { target }: Work<object>,
  pair: string,
): Promise<{ readonly status: PairStatus; readonly from: string; readonly to: string }> {
  const reply = await target.invoke({ action: 'status', pair });
  const status = statusIn(reply, pair);
  if (status === undefined) throw new CliError(reply.lines, exitCodeOfReply(reply));
  const because =
    status.holder === null
      ? `the VIP is ${status.vipIs}`
      : status.canTakeOver
        ? null
        : `${status.standby} cannot take over: ${status.reasons.join('; ')}`;
  if (status.holder && because === null) return { status, from: status.holder, to: status.standby };
  throw new CliError([`refused: no drill of ${pair} now: ${because}`], exitCodes.refused);
}

async function leg(
  work: Work<object>,
  pair: string,
  from: string,
  to: string,
  request: object,
): Promise<{ readonly leg: Leg; readonly reply: Reply }> {
  const startedMs = performance.now();
  const isHeard = sayOnInterrupt(work, pair, 'this switchover is given, and goes on without this command');
  const reply = await send(work, pair, request).finally(isHeard);
  const askedMs = performance.now() - startedMs;
  const { ok, data, lines } = reply;
  const { tookMs = null, closedForMs = null } = data?.action === 'order' ? data : {};
  return { leg: { from, to, ok, askedMs, tookMs, closedForMs, text: lines.join(' ') }, reply };
}

const ASK_EVERY_MS = 1000;

/** Ctrl-C ends the wait: then the way back is for the person. */
async function awaitReady(
  { target, io }: Work<object>,
  pair: string,
  node: string,
  limitMs: number,
): Promise<boolean> {
  const untilMs = performance.now() + limitMs;
  const left = new AbortController();
  const isHeard = io.onInterrupt(() => left.abort());
  try {
    while (performance.now() < untilMs && !left.signal.aborted) {
      const status = statusIn(await target.invoke({ action: 'status', pair }), pair);
      if (status?.standby === node && status.canTakeOver && status.plan === null) return true;
      await sleep(ASK_EVERY_MS, undefined, { signal: left.signal }).catch(() => {});
    }
    return false;
  } finally {
    isHeard();
  }
}

function end(
  { io, target, flags }: Work<object>,
  pair: string,
  legs: readonly Leg[],
  readyAfterMs: number | null,
  code: number,
): number {
  const ok = code === exitCodes.done;
  if (flags.json) {
    io.tell(JSON.stringify({ environment: target.environment, pair, ok, legs, readyAfterMs }));
    return code;
  }
  for (const one of legs) io.tell(legText(one));
  if (readyAfterMs !== null)
    io.tell(`${legs[0]?.from} could take over again ${secondsOf(readyAfterMs)} after the first switchover`);
  io.tell(ok ? `drill done: ${legs[0]?.from} holds the VIP again` : 'drill not completed');
  return code;
}

function legText({ from, to, ok, askedMs, tookMs, closedForMs, text }: Leg): string {
  if (!ok) return `${from} → ${to}: ${text}`;
  const plan = tookMs === null ? '' : `, the plan took ${secondsOf(tookMs)}`;
  const closed = closedForMs === null ? '' : `, no node took writes for ${secondsOf(closedForMs)}`;
  return `${from} → ${to}: answered in ${secondsOf(askedMs)}${plan}${closed}`;
}
