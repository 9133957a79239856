import { describe, expect, it, test } from 'vitest';
import { withIncident } from '../../../lib/core/alert/alerts.ts';
import { emptyMemory } from '../../../lib/core/memory/memory.ts';
import { decideOrder } from '../../../lib/core/operator/decide-order.ts';
import { planFor } from '../../../lib/core/operator/move-orders.ts';
import type { Order } from '../../../lib/core/operator/order.ts';
import { parseRequest } from '../../../lib/core/operator/request.ts';
import { ORDER_LIFE_MS } from '../../../lib/core/time-budget.ts';
import { logReset } from '../changes.ts';
import {
  type Change,
  hears2,
  holder,
  inFlight,
  memory,
  misconfigured,
  NOW_MS,
  refused,
  rememberedUnfit,
  seen,
  standby,
  steady,
  unanswered,
  vipAt,
} from '../world.ts';

/** The order that this request amounts to, by eva. */
function order(raw: object): Order {
  const parsed = parseRequest({ pair: 'orders', by: 'eva', why: 'kernel', ...raw });
  if (parsed.kind === 'faulty') throw new Error(JSON.stringify(parsed.faults));
  return parsed.value as Order;
}

function decided(raw: object, ...changes: readonly Change[]) {
  return decideOrder(seen(steady, ...changes), order(raw), NOW_MS);
}

const failover = { action: 'failover', to: 'db2' };
const forced = { action: 'failover', to: 'db2', force: true, acceptLoss: true };
const switchover = { action: 'switchover', to: 'db2' };
const movedFromDb2 = memory({ moved: { from: 'db2', to: 'db1', atMs: NOW_MS - 30_000 } });
const detached = (missing: string | null) =>
  memory({ detached: { node: 'db1', from: 'db2', atMs: NOW_MS, missing } });
const lagging = standby(hears2({ lagSeconds: null }));
const quarantine = memory({ quarantine: { node: 'db1', groups: ['sg-1'] } });
const paused = memory({ pause: { untilMs: NOW_MS + 60_000, by: 'tom', why: 'kernel' } });
const twiceFailed = { failoversAtMs: [NOW_MS - 60_000, NOW_MS - 10_000] };
const twice = memory(twiceFailed);

describe('orders for a pair whose ids are wrong', () => {
  const sentence = 'db1: eni-1 is attached to i-2; the environment says i-1. To fix it: exchange the eniIds';

  test.each([
    [failover],
    [forced],
    [switchover],
    [{ action: 'reattach', acceptLoss: true }],
    [{ action: 'release', node: 'db1' }],
  ])('%o is refused with what the alert says', (raw) => {
    const asked = decided(raw, misconfigured(3), quarantine, detached(''));
    expect(asked).toEqual({ kind: 'refuse', because: sentence });
  });

  it('the plan of one is refused too', () => {
    const terms = { force: true, acceptLoss: true, killLong: true };
    expect(planFor(seen(steady, misconfigured(1)), 'failover', 'db2', terms)).toEqual({ refused: sentence });
  });

  it('a pause changes memory alone', () => {
    expect(decided({ action: 'pause', minutes: 5 }, misconfigured(3)).kind).toBe('note');
  });
});

describe('orders that are carried out', () => {
  test.each<[what: string, raw: object, changes: readonly Change[], plan: string]>([
    ['failover, all well', failover, [], 'failover to db2'],
    ['failover, the holder lost', failover, [holder(refused)], 'failover to db2'],
    ['failover away from the holder by name', { action: 'failover', from: 'db1' }, [], 'failover to db2'],
    [
      'failover, the standby unfit, forced',
      forced,
      [holder(refused), rememberedUnfit('it lags')],
      'failover to db2',
    ],
    [
      'failover past the flap guard: a person has looked',
      failover,
      [holder(refused), twice],
      'failover to db2',
    ],
    ['failover while paused: by the one who paused', failover, [paused], 'failover to db2'],
    [
      'failover to the last holder, the VIP on neither',
      { ...failover, to: 'db1' },
      [vipAt({ kind: 'nowhere' })],
      'failover to db1',
    ],
    ['switchover', switchover, [], 'switchover to db2'],
    ['switchover while paused', switchover, [paused], 'switchover to db2'],
    ['switchover away from the holder', { action: 'switchover', from: 'db1' }, [], 'switchover to db2'],
    ['switchover back at once, forced', { ...switchover, force: true }, [movedFromDb2], 'switchover to db2'],
    ['reattach, nothing is missing', { action: 'reattach' }, [detached('')], 'attach-channel to db1'],
    [
      'reattach, the price accepted',
      { action: 'reattach', acceptLoss: true },
      [detached('3 transactions: a:1-3')],
      'attach-channel to db1',
    ],
    [
      'reattach into a node whose log was reset, the price accepted',
      { action: 'reattach', acceptLoss: true },
      [detached(''), logReset],
      'attach-channel to db1',
    ],
    ['release', { action: 'release', node: 'db1' }, [quarantine], 'release-node to db1'],
  ])('%s', (_, raw, changes, plan) => {
    const decision = decided({ why: 'kernel', ...raw }, ...changes);
    if (decision.kind !== 'act') throw new Error(JSON.stringify(decision));
    expect(`${decision.plan.kind} to ${decision.plan.to}`).toBe(plan);
    expect(decision.because).toBe('eva asked for it: kernel');
    expect(decision.plan.undoIfHolderServes).toBe(false);
  });

  it('wait for the last write of a holder that answers, and take a loss only where it was accepted', () => {
    const stepOf = (raw: object, ...changes: readonly Change[]) => {
      const decision = decided(raw, ...changes);
      return decision.kind === 'act'
        ? decision.plan.stages.flat().find(({ kind }) => kind === 'catch-up')
        : null;
    };
    expect(stepOf(failover)).toMatchObject({ source: 'db1', acceptLoss: false });
    expect(stepOf(failover, holder(refused))).toMatchObject({ source: null, acceptLoss: false });
    expect(stepOf(forced, holder(refused))).toMatchObject({ source: null, acceptLoss: true });
  });
});

describe('orders that are refused, with what to do instead', () => {
  test.each<[what: string, raw: object, changes: readonly Change[], because: string]>([
    ['a node that there is not', { ...failover, to: 'db9' }, [], 'got node db9; want one of db1, db2'],
    ['to the holder', { ...failover, to: 'db1' }, [], 'db1 holds the VIP already; nothing to do'],
    [
      'to an unfit standby',
      failover,
      [lagging],
      'db2 cannot take over: its lag is unknown. To fail over anyway, add --force',
    ],
    ['forced, to a dead one', forced, [standby(unanswered)], 'db2 cannot take over. db2 is silent'],
    ['a switchover with the holder lost', switchover, [holder(refused)], 'now it could: db1 is stopped'],
    [
      'a switchover to an unfit standby',
      switchover,
      [lagging],
      'now it could: db2 cannot take over: its lag is unknown',
    ],
    [
      'a switchover to a standby that applies later than clients would wait',
      switchover,
      [standby(hears2({ delaySeconds: 20 }))],
      'db2 applies with a delay of 20 s (SOURCE_DELAY), and clients would wait 10 s for it at most',
    ],
    ['a switchover with the VIP unheld', switchover, [vipAt({ kind: 'nowhere' })], 'the VIP is on no ENI'],
    ['a switchover to the holder', { ...switchover, to: 'db1' }, [], 'db1 holds the VIP already'],
    [
      'a switchover that undoes a move of just now',
      switchover,
      [movedFromDb2],
      'the VIP was moved from db2 to db1 30 s ago, and this would undo it. To switch back anyway, add --force',
    ],
    [
      'a move away from who does not hold the VIP',
      { action: 'switchover', from: 'db2' },
      [],
      'db2 does not hold the VIP; db1 does',
    ],
    ['a move from a node that there is not', { action: 'failover', from: 'db9' }, [], 'got node db9'],
    [
      'a move from a node to itself',
      { action: 'failover', from: 'db1', to: 'db1' },
      [],
      'got the same node in "from" and "to"',
    ],
    ['reattach, nothing is detached', { action: 'reattach' }, [], 'no channel is detached'],
    [
      'reattach, something is missing',
      { action: 'reattach' },
      [detached('3 transactions: a:1-3')],
      'db2 has 3 transactions: a:1-3. Applied on db1 now, they could overwrite newer rows',
    ],
    [
      'reattach, nothing is missing, and the log of the node was reset',
      { action: 'reattach' },
      [detached(''), logReset],
      'the binary log of db1 was reset (RESET MASTER), so it would ask for all that db2 has written, and apply it over newer rows. Rebuild db2; to attach the channel all the same, add --accept-loss',
    ],
    [
      'reattach, not known yet',
      { action: 'reattach' },
      [detached(null)],
      'it is not known yet which transactions db2 has',
    ],
    [
      'a plan in flight',
      failover,
      [inFlight],
      'a failover is in flight (plan 0000beef); ask again when it has ended',
    ],
    [
      'a plan in flight, a pause',
      { action: 'pause', minutes: 5, why: 'x' },
      [inFlight],
      'a failover is in flight',
    ],
    ['release of one that is free', { action: 'release', node: 'db1' }, [], 'db1 is not in quarantine'],
    [
      'release of the wrong one',
      { action: 'release', node: 'db2' },
      [quarantine],
      'db2 is not in quarantine; db1 is',
    ],
    ['resume, not paused', { action: 'resume' }, [], 'the pair is not paused'],
    ['acknowledge, nothing to', { action: 'acknowledge' }, [], 'there is nothing to acknowledge'],
  ])('%s', (_, raw, changes, because) => {
    const decision = decided(raw, ...changes);
    expect(decision.kind).toBe('refuse');
    expect(decision).toMatchObject({ because: expect.stringContaining(because) });
  });

  test.each<[what: string, waitedMs: number, kind: string]>([
    ['just in time', ORDER_LIFE_MS, 'act'],
    ['who asked has gone', ORDER_LIFE_MS + 1, 'refuse'],
  ])('an order that waited: %s', (_, waitedMs, kind) => {
    expect(decideOrder(seen(steady), order(failover), NOW_MS - waitedMs).kind).toBe(kind);
  });
});

describe('orders that only change what is remembered', () => {
  const noted = (raw: object, ...changes: readonly Change[]) => {
    const decision = decided(raw, ...changes);
    if (decision.kind !== 'note') throw new Error(JSON.stringify(decision));
    return decision;
  };

  it('pause, until then, and tell', () => {
    const { memory: after, text } = noted({ action: 'pause', minutes: 30, why: 'kernel' });
    expect(after.pause).toEqual({ untilMs: NOW_MS + 30 * 60_000, by: 'eva', why: 'kernel' });
    expect(after.outbox).toMatchObject([
      {
        code: 'paused',
        happened: expect.stringMatching(/^eva paused orders for 30 minutes, until ..:.. UTC: kernel\.$/),
      },
    ]);
    expect(text).toContain('paused for 30 minutes');
  });

  it('resume, and tell', () => {
    const { memory: after } = noted({ action: 'resume' }, paused);
    expect([after.pause, after.outbox[0]?.code]).toEqual([null, 'resumed']);
  });

  it('acknowledge: the flap guard counts from 0 again', () => {
    const { memory: after, text } = noted({ action: 'acknowledge' }, twice);
    expect(after.failoversAtMs).toEqual([]);
    expect(text).toContain('acknowledged 2 automatic failovers');
  });

  const incident = withIncident(emptyMemory, 'a-row', NOW_MS, 'i1').incident;
  const inIncident = memory({ ...twiceFailed, incident });

  it('acknowledge: the open incident is taken on, and the rest as well', () => {
    const { memory: after, text } = noted({ action: 'acknowledge' }, inIncident);
    expect(after.incident).toEqual({ ...incident, acknowledged: { by: 'eva', atMs: NOW_MS } });
    expect(after.failoversAtMs).toEqual([]);
    expect(text).toMatch(/2 automatic failovers.*; acknowledged incident i1: it is not escalated$/);
  });

  it('acknowledge the incident alone: the flap guard stays as it is', () => {
    const { memory: after, text } = noted({ action: 'acknowledge', incident: 'i1' }, inIncident);
    expect(after.incident).toEqual({ ...incident, acknowledged: { by: 'eva', atMs: NOW_MS } });
    expect(after.failoversAtMs).toEqual(twiceFailed.failoversAtMs);
    expect(text).toBe('acknowledged incident i1: it is not escalated');
  });

  it('acknowledge an incident: refused where another one is open, none is, or somebody has', () => {
    const taken = memory({ incident: incident && { ...incident, acknowledged: { by: 'ann', atMs: 0 } } });
    const why = (id: string, ...changes: readonly Change[]) =>
      decided({ action: 'acknowledge', incident: id }, ...changes);
    expect(why('i0', inIncident)).toMatchObject({ because: 'incident i0 is not open; want i1' });
    expect(why('i0')).toMatchObject({ because: 'incident i0 is not open; no incident is' });
    expect(why('i1', taken)).toMatchObject({ because: expect.stringContaining('nothing to acknowledge') });
  });
});

it('plans for a dry run as for an order', () => {
  const plan = planFor(seen(steady), 'switchover', 'db2', {
    force: false,
    acceptLoss: false,
    killLong: false,
  });
  expect(plan).toMatchObject({ plan: { kind: 'switchover', from: 'db1', to: 'db2' } });
});
