/** `maintain`: both servers of a pair changed under load, the standby first, with one switchover between them. */
import type { Situation } from '../../core/decision/situation.ts';
import { isSteady } from '../../core/decision/steady.ts';
import type { Refusal } from '../../core/fault.ts';
import { type Goal, whyNotNow } from '../../core/hosts/host-work.ts';
import {
  faultOfOrder,
  type MaintainFacts,
  type MaintainTerms,
  maintainGoals,
  nodesOf,
} from '../../core/maintain/goals.ts';
import { isOut } from '../../core/maintain/maintenance.ts';
import { STOPPED_MAX } from '../../core/maintain/request.ts';
import type { NodeName } from '../../core/names.ts';
import type { HostOrder } from '../../core/operator/order.ts';
import { STATEMENT_LIMIT_MS } from '../../core/time-budget.ts';
import { examinePair } from '../doctor.ts';
import { give, type HostOrderOptions } from '../host-order.ts';
import type { HostWork } from '../host-work.ts';
import { lookOnce } from '../look-once.ts';
import { PortError } from '../ports/port-error.ts';
import { renderObstacles } from '../step-executors.ts';
import { note } from './note.ts';

export type MaintainOrder = Extract<HostOrder, { action: 'maintain' }>;

export type MaintainOptions = HostOrderOptions<MaintainOrder>;

/** How long the host may take to say when it, or its server, started. Milliseconds. */
const ASK_LIMIT_MS = 30_000;
/**
 * How long a step waits for sessions that a move would harm, or for a node to catch up, before it is tried anew.
 * Milliseconds.
 */
const OBSTACLES_LIMIT_MS = 30_000;
const CATCH_UP_LIMIT_MS = 60_000;
/** How long a plan of keepalambda's own is waited for. Milliseconds. */
const PLAN_LIMIT_MS = 30_000;
const PAUSE_MS = 1000;
/** How much of the time a step leaves for the answer. Milliseconds. */
const KEPT_MS = 5000;

/** The work. It looks at the pair itself, which shows what a step has changed; the leader remembers it. */
export interface MaintainWork extends HostWork<MaintainFacts> {
  /** Asked before every step: a person may have stopped it, or a plan may be at work. */
  mayGoOn(): Promise<Refusal | null>;
  gaveUp(because: string): Promise<void>;
}

/** The work that an order asks for. */
export function maintainWork(options: MaintainOptions): MaintainWork {
  const { pair } = options;
  const maintain = new Maintain(options);
  return {
    look: () => maintain.look(),
    goals: (facts) => maintainGoals(pair, maintain.terms, facts),
    carryOut: ({ name, node }: Goal, facts, limitMs) => maintain.carryOut(name, node ?? '', facts, limitMs),
    mayGoOn: () => maintain.mayGoOn(),
    gaveUp: (because) => maintain.gaveUp(because),
  };
}

class Maintain {
  terms: MaintainTerms;
  #hasBegun = false;
  #isOver = false;
  /** A document of the team's own that failed: it is run again only when a person says so. */
  #broken: Refusal | null = null;
  readonly #options: MaintainOptions;

  constructor(options: MaintainOptions) {
    const { order, owner } = options;
    const { work, command = null, node = null, back } = order;
    this.#options = options;
    this.terms = { run: order.id ?? owner, work, command, node, nodes: null, back };
  }

  async look(): Promise<MaintainFacts> {
    const { ports, config, pair } = this.#options;
    const { situation } = await lookOnce(ports, config, pair);
    expectSeen(situation);
    const { memory, nowMs } = situation;
    const { maintenance, answers } = memory;
    if (maintenance !== null) this.terms = { ...this.terms, run: maintenance.id, nodes: maintenance.nodes };
    this.#hasBegun ||= maintenance !== null;
    const wasEnded = answers.some(({ requestId, ok }) => ok && requestId === `${this.terms.run}-end`);
    const isFit = isSteady(situation);
    const isJudged = maintenance === null || maintenance.changed.length > maintenance.done.length;
    return {
      isOver: this.#isOver || (maintenance === null && wasEnded),
      maintenance,
      holder: situation.vip === 'held' ? situation.holder.node : null,
      standby: situation.standby.node,
      isFit,
      isOutOver: maintenance?.out != null && !isOut(memory, maintenance.out.node, nowMs),
      unready: isFit ? [] : unreadyOf(situation),
      findings: isJudged && isFit ? await this.#findings() : [],
    };
  }

  async mayGoOn(): Promise<Refusal | null> {
    const { ports, pair } = this.#options;
    const fault = this.#broken ?? faultOfOrder(pair, this.terms);
    if (fault !== null) return fault;
    const endMs = ports.clock.nowMs() + PLAN_LIMIT_MS;
    for (;;) {
      const memory = await ports.store.readMemory(pair.name);
      if (this.#hasBegun && memory.maintenance?.id !== this.terms.run)
        return { got: 'a maintenance that was stopped', want: 'one at work', remedy: 'give the order again' };
      const refusal = whyNotNow(pair, memory, ports.clock.nowMs(), false);
      if (refusal === null || ports.clock.nowMs() >= endMs) return refusal;
      await ports.clock.sleep(PAUSE_MS);
    }
  }

  /** The leader remembers it, and alerts. If the leader cannot be asked, the answer still says it. */
  async gaveUp(because: string): Promise<void> {
    if (!this.#hasBegun || this.#isOver) return;
    const step = { kind: 'stopped', because: because.slice(0, STOPPED_MAX) } as const;
    await note(this.#options, this.terms.run, step).catch((error: unknown) =>
      this.#options.ports.log.warn('that the maintenance has stopped is not remembered', { error }),
    );
  }

  async carryOut(name: string, node: NodeName, facts: MaintainFacts, limitMs: number): Promise<void> {
    const { work, command, run } = this.terms;
    const { pair } = this.#options;
    switch (name) {
      case 'begun': {
        const [nodes, known] = [[...nodesOf(pair, this.terms, facts)], [...facts.findings]];
        return note(this.#options, run, { kind: 'begin', work, command, nodes, known });
      }
      case 'standby':
      case 'back':
        return this.#switchOver(name === 'back' ? node : facts.standby, limitMs);
      case 'out':
        await this.#expectFree(node, limitMs);
        return note(this.#options, run, { kind: 'take', node, was: await this.#stateOf(node) });
      case 'changed':
        await this.#change(node, facts, limitMs);
        return note(this.#options, run, { kind: 'changed', node });
      case 'caught-up':
        return this.#awaitFit(limitMs);
      case 'in':
        return note(this.#options, run, { kind: 'return', node });
      case 'over':
        await note(this.#options, run, { kind: 'end' });
        this.#isOver = true;
        return;
      default:
        throw new PortError('refused', `maintain has no step ${name}`);
    }
  }

  async #findings(): Promise<readonly string[]> {
    const { ports, pair } = this.#options;
    const findings = await examinePair(ports, pair, 'quick');
    return findings
      .filter(({ severity }) => severity !== 'hint')
      .map(({ subject, id }) => `${subject} ${id}`);
  }

  /** As the host reports it: a document that is delivered twice finds another start, or another boot. */
  async #stateOf(node: NodeName): Promise<string> {
    const { work } = this.terms;
    if (work === 'command') return '';
    const { ports, pair } = this.#options;
    const printed = await ports.host.run(pair, node, 'server-start', ASK_LIMIT_MS);
    const pattern = work === 'restart' ? /^started=(\d+)$/m : /^boot=([0-9a-f-]+)$/m;
    const [, said] = pattern.exec(printed) ?? [];
    if (said === undefined)
      throw new PortError('unsuccessful', `${node} does not say when it, or its server, started: ${printed}`);
    return said;
  }

  async #change(node: NodeName, { maintenance }: MaintainFacts, limitMs: number): Promise<void> {
    const { ports, pair } = this.#options;
    const limit = Math.max(0, limitMs - KEPT_MS);
    const { work, command } = this.terms;
    const was = maintenance?.out?.was ?? '';
    switch (work) {
      case 'restart':
        await ports.host.run(pair, node, 'planned-restart', limit, { Started: was });
        return;
      case 'reboot':
        await ports.host.run(pair, node, 'planned-reboot', limit, { Boot: was });
        return;
      case 'command':
        return this.#runCommand(node, command ?? '', limit);
    }
  }

  async #runCommand(node: NodeName, command: string, limitMs: number): Promise<void> {
    const { ports, pair } = this.#options;
    try {
      await ports.host.runNamed(pair, node, command, limitMs);
    } catch (error) {
      if (error instanceof PortError && error.exitCode !== null)
        this.#broken = {
          got: `exit code ${error.exitCode} of ${error.message}`,
          want: '0',
          remedy:
            'see what it did there, fix it, and give the same order again: the document is run once more',
        };
      throw error;
    }
  }

  /** Long transactions, schema changes and backups are waited for, and named where they do not end. */
  async #expectFree(node: NodeName, limitMs: number): Promise<void> {
    const { ports, pair, order } = this.#options;
    if (order.killLong) return;
    const endMs = ports.clock.nowMs() + Math.min(limitMs - KEPT_MS, OBSTACLES_LIMIT_MS);
    for (;;) {
      const obstacles = await ports.database.inspect(pair, node, STATEMENT_LIMIT_MS);
      if (obstacles.length === 0) return;
      if (ports.clock.nowMs() >= endMs)
        throw new PortError('unsuccessful', `long sessions on ${node}: ${renderObstacles(obstacles)}`);
      await ports.clock.sleep(PAUSE_MS);
    }
  }

  async #switchOver(to: NodeName | null, limitMs: number): Promise<void> {
    const { ports, pair, order } = this.#options;
    if (to === null) throw new PortError('unsuccessful', 'there is no standby to switch over to');
    const holder = pair.nodes.find(({ name }) => name !== to)?.name ?? to;
    await this.#expectFree(holder, limitMs / 2);
    const { by, why, killLong } = order;
    // An earlier try may have failed. So each try is an order of its own, and a second move finds its work done.
    const id = `${this.terms.run}-${to}-${ports.clock.nowMs()}`.slice(-64);
    const asked = { action: 'switchover', pair: pair.name, by, why, id, to } as const;
    await give(this.#options, { ...asked, killLong, force: true });
  }

  async #awaitFit(limitMs: number): Promise<void> {
    const { ports, config, pair } = this.#options;
    const endMs = ports.clock.nowMs() + Math.min(limitMs - KEPT_MS, CATCH_UP_LIMIT_MS);
    for (;;) {
      const { situation } = await lookOnce(ports, config, pair);
      if (isSteady(situation)) return;
      if (ports.clock.nowMs() >= endMs) throw new PortError('unsuccessful', unreadyOf(situation).join('; '));
      await ports.clock.sleep(PAUSE_MS);
    }
  }
}

/** A look that shows neither node proves nothing about them: it is repeated, and is no reason to refuse anything. */
function expectSeen({ holder, standby }: Situation): void {
  if (holder.kind === 'unseen' && standby.kind === 'unseen')
    throw new PortError('timeout', `neither node was seen: ${holder.because}`);
}

/** Why the pair is not steady, as far as this look says. */
function unreadyOf(situation: Situation): readonly string[] {
  const { holder, standby, vip, vipBecause, holderFaults, fitness, memory } = situation;
  const noted = memory.readiness?.node === standby.node ? memory.readiness.reasons : [];
  const reasons = [
    ...(vip === 'held' ? [] : [`the VIP is ${vipBecause}`]),
    ...(holder.kind === 'serving' ? [] : [`${holder.node} is ${holder.kind}: ${holder.because}`]),
    ...(holderFaults.length === 0 ? [] : [`${holder.node} fails the check: ${holderFaults.join('; ')}`]),
    ...(fitness.fit ? [] : [`${standby.node} cannot take over: ${fitness.reasons.join('; ')}`]),
    ...(fitness.fit && noted.length > 0 ? [`${standby.node} could not take over: ${noted.join('; ')}`] : []),
  ];
  return reasons.length > 0 ? reasons : ['the pair is not steady yet'];
}
