/** `keepalambda watch`: all pairs, live in the terminal, redrawn in place. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Reply } from '../../core/operator/reply.ts';
import { CliError, exitCodes, usage } from '../errors.ts';
import { positive, wholeNumber } from './flags.ts';
import { painter } from './paint.ts';
import { type Context, carryOut, verb, type Work } from './verb.ts';
import { renderView, stepKey, type View } from './watch-view.ts';

interface WatchFlags {
  readonly every: number;
  readonly count?: number;
}

export function watchVerb(context: Context): Command {
  return verb(
    'watch',
    'All pairs of an environment, live: VIP, verdicts, lag, lease, plans and the last events. q leaves.',
    ['watch --env prod', 'watch --env prod --json --count 10   # ten lines of JSON, for scripts'],
  )
    .option('--every <seconds>', 'how often it asks', positive(3600), 2)
    .option('--count <answers>', 'leave after this many answers', wholeNumber(1, 1_000_000))
    .action((flags: WatchFlags) =>
      carryOut(context, flags, async (work) => {
        if (work.flags.json) return stream(work);
        if (!work.io.isTerminal || !process.stdout.isTTY)
          throw usage('watch: got no terminal; want one, or --json. To fix it: add --json.');
        return live(work);
      }),
    );
}

const request = { action: 'status', events: 10 } as const;

async function stream({ target, io, flags }: Work<WatchFlags>): Promise<number> {
  for (let answers = 1; ; answers += 1) {
    const reply = await target.invoke(request);
    io.tell(JSON.stringify({ environment: target.environment, ...reply }));
    if (!reply.ok) return exitCodes.failed;
    if (answers === flags.count) return exitCodes.done;
    await sleep(flags.every * 1000);
  }
}

/** The other screen, without a cursor; and the first one as it was. */
const OPEN_SCREEN = '\u001b[?1049h\u001b[?25l';
const CLOSE_SCREEN = '\u001b[?25h\u001b[?1049l';
const REDRAW_MS = 500;
/** q, Ctrl-C and Ctrl-D. */
const LEAVING = ['q', 'Q', '\u0003', '\u0004'];

async function live({ target, io, flags }: Work<WatchFlags>): Promise<number> {
  const left = new AbortController();
  const { environment } = target;
  let view: View = {
    environment,
    status: null,
    trouble: null,
    stepsAtMs: new Map(),
    atMs: Date.now(),
    leaseSinceMs: Date.now(),
  };
  const paint = painter(io.hasColour);
  const draw = () => {
    const size = { columns: io.columns(), rows: io.rows() };
    const lines = renderView(view, size, Date.now(), paint);
    process.stdout.write(`\u001b[H${lines.map((text) => `${text}\u001b[K`).join('\r\n')}\u001b[J`);
  };
  const restore = openScreen(() => left.abort(), draw);
  const timer = setInterval(draw, REDRAW_MS);
  try {
    for (let answers = 1; !left.signal.aborted; answers += 1) {
      const asked = target.invoke(request).then(
        (reply) => ({ reply, trouble: null }),
        (error: unknown) => ({ reply: null, trouble: troubleOf(error) }),
      );
      const answer = await Promise.race([asked, aborted(left.signal)]);
      if (answer === null) break;
      view = nextView(view, answer.reply, answer.trouble, Date.now());
      draw();
      if (answers === flags.count) break;
      await sleep(flags.every * 1000, undefined, { signal: left.signal }).catch(() => {});
    }
  } finally {
    clearInterval(timer);
    restore();
  }
  return exitCodes.done;
}

/** Listens for q and Ctrl-C, and for another size; gives back how to leave the terminal as it was. */
function openScreen(onLeave: () => void, onResize: () => void): () => void {
  const { stdin, stdout } = process;
  const onKey = (keys: Buffer) => {
    if (LEAVING.some((key) => keys.includes(key))) onLeave();
  };
  stdout.write(OPEN_SCREEN);
  stdin.setRawMode(true).resume().on('data', onKey);
  stdout.on('resize', onResize);
  process.once('SIGTERM', onLeave).once('SIGHUP', onLeave);
  return () => {
    process.off('SIGTERM', onLeave).off('SIGHUP', onLeave);
    stdout.off('resize', onResize);
    stdin.off('data', onKey).setRawMode(false).pause();
    stdout.write(CLOSE_SCREEN);
  };
}

function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(null), { once: true }));
}

function troubleOf(error: unknown): string {
  if (error instanceof CliError) return error.lines[0] ?? '';
  throw error;
}

/** What is known after an answer, or after there was none. */
export function nextView(view: View, reply: Reply | null, trouble: string | null, nowMs: number): View {
  if (reply?.data?.action !== 'status')
    return { ...view, trouble: trouble ?? reply?.lines.join(' ') ?? null };
  const status = reply.data;
  const isRenewed = status.lease?.version !== view.status?.lease?.version;
  const stepsAtMs = new Map(view.stepsAtMs);
  for (const { plan } of status.pairs)
    for (const { step, outcome } of plan?.steps ?? []) {
      const key = stepKey(plan?.id ?? '', step);
      if (outcome !== null && !stepsAtMs.has(key)) stepsAtMs.set(key, nowMs);
    }
  const leaseSinceMs = isRenewed ? nowMs : view.leaseSinceMs;
  return { ...view, status, trouble: null, atMs: nowMs, leaseSinceMs, stepsAtMs };
}
