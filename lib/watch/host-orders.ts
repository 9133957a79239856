/** Work on the hosts of a pair, ordered by a person: one at a time for each pair, and carried out by operate itself. */
import type { Pair } from '../core/config/config.ts';
import { type Refusal, renderRefusal } from '../core/fault.ts';
import { type HostClaim, takenText, whyNotNow } from '../core/hosts/host-work.ts';
import { done, notDone, type Reply, type ReplyData } from '../core/operator/reply.ts';
import { setupRun } from '../core/setup/copy.ts';
import { hostWorkLines } from '../core/text/host-work-text.ts';
import type { HostOrderOptions } from './host-order.ts';
import { type Converged, converge, type HostWork } from './host-work.ts';
import { type MaintainOrder, maintainWork } from './maintain/maintain.ts';
import { stopMaintenance } from './maintain/note.ts';
import { PortError } from './ports/port-error.ts';
import { rebuildWork } from './rebuild.ts';
import { copyData } from './seed.ts';
import { removeWork } from './setup/remove.ts';
import { type Seed, setupWork } from './setup/setup.ts';
import { reason } from './step-context.ts';

/** How long a claim counts without a renewal, and how often it is renewed. Milliseconds. */
const CLAIM_LIFE_MS = 20_000;
const RENEW_EVERY_MS = 5000;

/** Serves the order as far as the time goes: `unfinished` in the answer says that the same request goes on. */
export async function serveHostOrder(options: HostOrderOptions): Promise<Reply> {
  const { ports, pair, order, owner, deadlineMs } = options;
  const { clock, log, store } = ports;
  log.info(`host order ${order.action} by ${order.by}`, {
    pair: pair.name,
    invocation: owner,
    why: order.why,
  });
  if (!pair.hostWork) return refused(notAllowed(pair));
  if (order.action === 'maintain' && order.stop) return stopped(options, order);
  const work = workOf(options);
  const mayGoOn = () => work.mayGoOn?.() ?? whyNot(options);
  try {
    const refusal = order.dryRun ? null : await mayGoOn();
    if (refusal) return refused(refusal);
    const taken = await claim(options);
    if (taken) return refused(takenText(taken));
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    return notDone('failed', [reason(error)]);
  }
  const ended = new AbortController();
  const renewing = renew(options, ended.signal);
  try {
    const converged = await converge({
      work,
      clock,
      log,
      deadlineMs,
      dryRun: order.dryRun,
      mayGoOn,
    });
    if (!order.dryRun && (converged.kind === 'refused' || converged.kind === 'failed'))
      await work.gaveUp?.(converged.because);
    return await replyOf(options, converged);
  } finally {
    ended.abort();
    await renewing;
    await store.releaseHosts(pair.name, owner).catch((error: unknown) => {
      log.warn('the claim on the hosts was not given back; it ends by itself', { error });
    });
  }
}

/** The invocation that is at work there sees it before its next step: no claim is needed. */
async function stopped(options: HostOrderOptions, order: MaintainOrder): Promise<Reply> {
  const { pair } = options;
  try {
    const refusal = await stopMaintenance({ ...options, order });
    if (refusal) return refused(refusal);
  } catch (error) {
    return notDone('failed', [reason(error)]);
  }
  return done(['maintain: stopped before its next step; what was changed stays'], {
    action: order.action,
    pair: pair.name,
    steps: [],
    changed: 0,
    unfinished: false,
  });
}

/** The one place that knows which work an order is. */
function workOf(options: HostOrderOptions): HostWork<unknown> {
  const { ports, pair, order } = options;
  switch (order.action) {
    case 'setup':
      return setupWork(ports, pair, order, seedOf(options)) as HostWork<unknown>;
    case 'rebuild':
      return rebuildWork({ ...options, order }) as HostWork<unknown>;
    case 'remove':
      return removeWork(ports, pair, order) as HostWork<unknown>;
    case 'maintain':
      return maintainWork({ ...options, order }) as HostWork<unknown>;
  }
}

/** A copy of setup that was broken off is continued, no matter who gives the order again. */
function seedOf({ ports, pair, order, owner }: HostOrderOptions): Seed {
  return (copy, limitMs) =>
    copyData(ports, pair, { ...copy, run: copy.run ?? setupRun(order.id ?? owner) }, limitMs);
}

function notAllowed({ name }: Pair): Refusal {
  return {
    got: `pair ${name} with hostWork: false`,
    want: 'a pair whose hosts may be worked on',
    remedy: 'set hostWork: true in the environment file, deploy, and give the order again',
  };
}

function refused(refusal: Refusal): Reply {
  return notDone('refused', [renderRefusal(refusal)]);
}

/** A node that is made anew is set aside; for all other work, nothing may be decided for the pair. */
async function whyNot({ ports, pair, order }: HostOrderOptions): Promise<Refusal | null> {
  const needsPause = order.action !== 'rebuild';
  return whyNotNow(pair, await ports.store.readMemory(pair.name), ports.clock.nowMs(), needsPause);
}

function claim({ ports: { clock, store }, pair, order, owner }: HostOrderOptions): Promise<HostClaim | null> {
  const nowMs = clock.nowMs();
  const mine = { owner, what: order.action, by: order.by, untilMs: nowMs + CLAIM_LIFE_MS };
  return store.claimHosts(pair.name, mine, nowMs);
}

/** A renewal that fails is repeated before the claim is over. */
async function renew(options: HostOrderOptions, ended: AbortSignal): Promise<void> {
  const { clock, log } = options.ports;
  for (;;) {
    await clock.sleep(RENEW_EVERY_MS, ended);
    if (ended.aborted) return;
    await claim(options).catch((error: unknown) =>
      log.warn('the claim on the hosts was not renewed', { error }),
    );
  }
}

async function replyOf({ ports, pair, order }: HostOrderOptions, converged: Converged): Promise<Reply> {
  const { kind, steps, changed, because, isAtWork } = converged;
  const data: ReplyData = {
    action: order.action,
    pair: pair.name,
    steps: [...steps],
    changed,
    unfinished: kind === 'unfinished',
    ...(isAtWork ? { atWork: true } : {}),
  };
  const lines = hostWorkLines(order, steps, { changed, because, kind });
  if (changed > 0)
    await ports.store
      .appendHistory([
        {
          atMs: ports.clock.nowMs(),
          pair: pair.name,
          incident: null,
          epoch: 0,
          what: 'order',
          text: `${order.action} by ${order.by} (${order.why}): ${changed} steps, ${kind}`,
        },
      ])
      .catch((error: unknown) => ports.log.warn('history was not written', { because: reason(error) }));
  switch (kind) {
    case 'done':
    case 'unfinished':
      return done(lines, data);
    case 'refused':
    case 'failed':
      return notDone(kind, lines, data);
  }
}
