/** Each row of the table can be reached, and does exactly what it says that it does. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holderFollows, holderHasAll, standbyOpen, witnessed } from '../../lib/core/decision/conditions.ts';
import { decide, deedOf, type Measure, rows } from '../../lib/core/decision/decision.ts';
import type { PlanKind } from '../../lib/core/plan/plan.ts';
import { samples, situations } from './any-situation.ts';

const acts = samples.flatMap((situation) => {
  const { row, measure } = decide(situation);
  return measure.kind === 'act' ? [{ situation, row, plan: measure.plan }] : [];
});

describe('the decision table over every kind of situation', () => {
  it('has no row that cannot be reached', () => {
    const reached = new Set(samples.map((situation) => decide(situation).row.name));
    expect(rows.map(({ name }) => name).filter((name) => !reached.has(name))).toEqual([]);
  });

  it('does for each row exactly what the row says that it does', () => {
    const done = new Map<string, Set<string>>();
    for (const situation of samples) {
      const { row, measure } = decide(situation);
      done.set(row.name, (done.get(row.name) ?? new Set()).add(deedOf(measure)));
    }
    for (const { name, does } of rows)
      expect([name, [...(done.get(name) ?? [])].sort()]).toEqual([name, [...does].sort()]);
  });

  it('comes to every kind of measure, and to every plan but those for operators alone', () => {
    const measures: Record<Measure['kind'], true> = {
      observe: true,
      stay: true,
      resume: true,
      act: true,
      'all-clear': true,
    };
    expect(new Set(samples.map((situation) => decide(situation).measure.kind))).toEqual(
      new Set(Object.keys(measures)),
    );
    const plans: Record<Exclude<PlanKind, 'release-node'>, true> = {
      failover: true,
      switchover: true,
      'reattach-vip': true,
      'open-holder': true,
      'close-standby': true,
      'repair-node': true,
      'attach-channel': true,
      'detach-channel': true,
      'repoint-replicas': true,
    };
    expect(new Set(acts.map(({ plan }) => plan.kind))).toEqual(new Set(Object.keys(plans)));
  });

  it('always matches, and the same situation always comes to the same', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        expect(decide(situation)).toEqual(decide(situation));
      }),
    );
  });

  const failovers = acts.filter(({ plan }) => plan.kind === 'failover');

  it('begins nothing while blind, in the middle of a plan, or not knowing who answers or where the VIP is', () => {
    expect(acts.length).toBeGreaterThan(1000);
    for (const { situation } of acts) {
      const { identity, blind, misconfigured: wrong, memory: known } = situation;
      expect([identity, blind, wrong, known.plan]).toEqual([null, null, null, null]);
      expect(situation.vip).not.toBe('unknown');
    }
  });

  it('moves nothing in a pause, and restarts nothing', () => {
    const kinds = acts.filter(({ situation }) => situation.paused).map(({ plan }) => plan.kind);
    expect(new Set(kinds)).toEqual(new Set(['close-standby', 'open-holder']));
  });

  it('opens no holder that lacks what it had sent, and closes no node that is ahead where the VIP was moved by hand', () => {
    const opened = acts.filter(({ plan }) => plan.kind === 'open-holder');
    expect(opened.length).toBeGreaterThan(10);
    for (const { situation } of opened) expect(situation.lead.holderLacksOwn).toBeNull();
    // Where a plan has detached the channel, who is ahead is known and alerted by its own row.
    const moved = acts.filter(
      ({ situation: { memory: known, holder: on }, plan }) =>
        known.movedByHand && known.detached?.node !== on.node && plan.kind === 'close-standby',
    );
    expect(moved.length).toBeGreaterThan(3);
    for (const { situation } of moved)
      expect(holderHasAll(situation) === true || holderFollows(situation)).toBe(true);
  });

  it('waits for what the other node wrote where the VIP was moved by hand, unless a plan has cut the holder off from it', () => {
    const opened = acts.filter(
      ({ situation: { memory: known, holder: on }, plan }) =>
        plan.kind === 'open-holder' && known.movedByHand?.to === on.node,
    );
    const waits = opened.map(({ situation: { memory: known, holder: on }, plan }) => {
      const isWaiting = plan.stages.flat().some(({ kind }) => kind === 'catch-up');
      expect(isWaiting).toBe(known.detached?.node !== on.node);
      return isWaiting;
    });
    expect(new Set(waits)).toEqual(new Set([true, false]));
  });

  it('leaves no second writer where it stops the channel of a holder: also where it lasts until the plan has ended', () => {
    const detached = acts.filter(({ plan }) => plan.kind === 'detach-channel');
    for (const { situation, plan } of detached) {
      const closes = plan.stages.flat().some(({ kind }) => kind === 'fence');
      expect(closes).toBe(situation.pair.writability === 'managed' && standbyOpen(situation));
    }
    expect(detached.length).toBeGreaterThan(3);
  });

  it('fails over only to a fit standby, past no flap guard, from no holder that a witness hears', () => {
    expect(failovers.length).toBeGreaterThan(100);
    for (const { situation, plan } of failovers) {
      expect(plan.to).toBe(situation.standby.node);
      const { fitness, fitnessWhenAhead, lead } = situation;
      expect(lead.holderLacksOwn === null ? fitness : fitnessWhenAhead).toEqual({ fit: true, reasons: [] });
      expect(situation.standby.kind).toBe('serving');
      expect(situation.flapGuard).toBeNull();
      expect(situation.vip).not.toBe('blind');
      expect(witnessed(situation)).toBe(false);
    }
  });

  it('moves away from a holder that serves only when its instance is on its way out', () => {
    const switchovers = acts.filter(({ plan }) => plan.kind === 'switchover');
    expect(switchovers.length).toBeGreaterThan(10);
    for (const { situation } of switchovers) {
      expect(situation.holder.kind).toBe('serving');
      expect(situation.holderInstance).toBe('stopping');
      expect(situation.fitness).toEqual({ fit: true, reasons: [] });
      expect(situation.flapGuard).toBeNull();
    }
  });

  it('never fails over because of our own login, a full table, or a node that nobody saw', () => {
    const alive = new Set(['locked-out', 'saturated', 'unseen']);
    for (const { situation } of failovers) expect(alive.has(situation.holder.kind)).toBe(false);
  });

  it('never fails back: a holder that serves and passes the check stays the holder', () => {
    for (const { situation } of failovers) {
      const { holder: on, lead, memory: known } = situation;
      const lacks = lead.holderLacksOwn !== null;
      const cannotServe = on.server?.writable === false && known.notOpened === on.node;
      const isWell = on.kind === 'serving' && situation.holderOwnFaults.length === 0;
      expect(isWell && !lacks && !cannotServe).toBe(false);
    }
  });

  it('changes who takes writes only where that is managed', () => {
    const ofWritability = new Set(['open-holder', 'close-standby']);
    for (const { situation, plan } of acts) {
      if (ofWritability.has(plan.kind)) expect(situation.pair.writability).toBe('managed');
    }
  });
});
