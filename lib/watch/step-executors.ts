/**
 * One executor per step. It looks before it acts, acts only while the lease lasts, reports what it changed, and can be
 * repeated.
 */
import type { Answered, Obstacle } from '../core/evidence/probe-results.ts';
import { LEFT_ALONE } from '../core/hosts/host-document.ts';
import type { NodeName } from '../core/names.ts';
import { movedAtMs } from '../core/plan/plan.ts';
import type { Step, StepKind } from '../core/plan/step.ts';
import { DOCUMENT_LIMIT_MS, STATEMENT_LIMIT_MS } from '../core/time-budget.ts';
import { again, catchUp, detach } from './catch-up.ts';
import { moveVip } from './move-vip.ts';
import { PortError } from './ports/port-error.ts';
import { repointReplica } from './repoint-replica.ts';
import {
  already,
  done,
  failed,
  missed,
  type Result,
  reason,
  type StepContext,
  skipped,
} from './step-context.ts';

type Executor<Kind extends StepKind> = (
  step: Extract<Step, { kind: Kind }>,
  execution: StepContext,
) => Promise<Result>;

/** How long the VIP may take to lead to its new holder. Milliseconds. */
const VERIFY_LIMIT_MS = 10_000;
/** The same for the old holder when a plan is undone. It has had the VIP all the time, if it still has it. Milliseconds. */
const VERIFY_UNDONE_MS = 5000;
/** How long the VIP is asked at least, even if it was moved long ago. Milliseconds. */
const VERIFY_LEAST_MS = 3000;
const VERIFY_PAUSE_MS = 250;
/** How many sessions are named. */
const OBSTACLES_NAMED = 5;
/** How long an old host, which may be gone, is waited for. Milliseconds. */
const UNBIND_LIMIT_MS = 3000;

const executors: { readonly [Kind in StepKind]: Executor<Kind> } = {
  fence: async (step, execution) => {
    if (!execution.safeguards.fence) return skipped('taken out');
    if (execution.pair.writability === 'untouched') return skipped('writability is untouched');
    try {
      return await close(step.node, 'to-close', step.limitMs, execution);
    } catch (error) {
      // A node that does not answer cannot be fenced; a lease that ran out is not the node's fault.
      if (!(error instanceof PortError)) throw error;
      return missed(reason(error));
    }
  },

  freeze: async (step, execution) => {
    if (!execution.safeguards.fence) return done('taken out');
    return close(step.node, step.kills, STATEMENT_LIMIT_MS, execution);
  },

  isolate: async (step, { pair, ports, guard, record }) => {
    if (record.fencedAt !== null) return skipped(`${step.node} is fenced`);
    guard();
    const groups = await ports.vip.isolate(pair, step.node);
    // Isolated before a cut: the groups to give back are in the journal, and what EC2 shows now is the quarantine.
    return done(`${step.node} is in the quarantine group`, { isolatedFrom: record.isolatedFrom ?? groups });
  },

  'stop-instance': async (step, { pair, ports, guard, record }) => {
    if (record.fencedAt !== null) return skipped(`${step.node} is fenced`);
    guard();
    await ports.vip.stopInstance(pair, step.node);
    return done(`the stop of the instance of ${step.node} is ordered, and EC2 has begun with it`);
  },

  'catch-up': catchUp,

  inspect: async (step, { pair, ports }) => {
    const obstacles = await ports.database.inspect(pair, step.node, STATEMENT_LIMIT_MS);
    if (obstacles.length === 0) return already(`no long session on ${step.node}`);
    const named = renderObstacles(obstacles);
    return step.killLong
      ? done(`the freeze will kill on ${step.node}: ${named}`)
      : failed(`long sessions on ${step.node}: ${named}. Wait for them, or add --kill-long to kill them`);
  },

  detach,

  attach: async (step, { pair, ports, guard, record, identityOf }) => {
    const source = identityOf(step.source);
    const send = () => {
      guard();
      return ports.database.attach(pair, step.node, source, STATEMENT_LIMIT_MS, step.attaching);
    };
    // While a plan is undone, the old holder waits to be opened: the next looks show what came of it.
    const { wasRunning } = await (record.phase === 'undoing' ? send() : again(send));
    return wasRunning
      ? already(`${step.node} receives from ${step.source}`)
      : done(`${step.node} receives from ${step.source} again`);
  },

  open: async (step, { pair, ports, guard, record, lacksOwn }) => {
    // A person has judged what a person ordered; but not the node that is opened again when the plan is undone.
    const isOurs = record.requestId === null || record.phase === 'undoing';
    const lack = isOurs ? lacksOwn(step.node) : null;
    if (lack !== null) return failed(`it lost writes that it had sent: ${lack}`);
    const { wasWritable } = await again(() => {
      guard();
      return ports.database.open(pair, step.node, STATEMENT_LIMIT_MS);
    });
    return wasWritable ? already(`${step.node} takes writes`) : done(`${step.node} takes writes`);
  },

  close: async (step, { pair, ports, guard }) => {
    guard();
    const { wasWritable, killed } = await ports.database.close(
      pair,
      step.node,
      'to-close',
      STATEMENT_LIMIT_MS,
    );
    return wasWritable
      ? done(`${step.node} is read-only, ${killed} connections killed`)
      : already(`${step.node} is read-only`);
  },

  'move-vip': (step, execution) => moveVip(step.to, execution),

  'bind-vip': async (step, { pair, ports, guard }) => {
    guard();
    const unbind = step.from === null ? null : ports.host.run(pair, step.from, 'unbind-vip', UNBIND_LIMIT_MS);
    // An old host that does not answer is no reason to wait: the VIP is no longer routed to it.
    const [bound] = await Promise.allSettled([
      ports.host.run(pair, step.to, 'bind-vip', DOCUMENT_LIMIT_MS),
      unbind,
    ]);
    if (bound.status === 'rejected') throw bound.reason;
    return done(`${step.to} accepts the VIP`);
  },

  verify: async (step, execution) => {
    if (!execution.safeguards.verification) return done('taken out');
    const { clock, database } = execution.ports;
    const deadlineMs = clock.nowMs() + verifyLimitMs(execution);
    for (;;) {
      const answered = await orReason(database.verify(execution.pair, deadlineMs - clock.nowMs()));
      const problem = problemOf(step.node, answered, execution);
      if (problem === null) return done(`${step.node} answers through the VIP${committedIn(answered)}`);
      const because = execution.record.phase === 'running' ? execution.unwanted() : null;
      if (because !== null) return failed(`${problem}: ${because}`);
      // The old holder may answer for a moment more: routes follow the API, not the other way round.
      if (clock.nowMs() + VERIFY_PAUSE_MS >= deadlineMs) return failed(problem);
      await clock.sleep(VERIFY_PAUSE_MS);
    }
  },

  repair: async (step, { pair, ports, guard }) => {
    guard();
    const document = step.what === 'mysqld' ? 'restart-mysqld' : 'restart-keepalived';
    const printed = await ports.host.run(pair, step.node, document, DOCUMENT_LIMIT_MS);
    if (printed.endsWith(LEFT_ALONE)) return skipped(printed);
    return done(`${step.what} restarted on ${step.node}${printed ? `: ${printed}` : ''}`);
  },

  repoint: repointReplica,

  release: async (step, { pair, ports, guard, record }) => {
    if (record.isolatedFrom === null) return failed('its old security groups are not known');
    guard();
    // A node that was found in quarantine, as by a leader that took over, showed no groups of its own.
    const groups = record.isolatedFrom.length > 0 ? record.isolatedFrom : pair.nodeGroups;
    await ports.vip.release(pair, step.node, groups);
    return done(`${step.node} has its security groups back: ${groups.join(', ')}`);
  },
};

/** Sessions that stand in the way of a planned move, in one line. */
export function renderObstacles(obstacles: readonly Obstacle[]): string {
  const more = obstacles.length - OBSTACLES_NAMED;
  const named = obstacles.slice(0, OBSTACLES_NAMED).map(renderObstacle).join('; ');
  return more > 0 ? `${named}; and ${more} more` : named;
}

/** `statement of session 12 (app@10.0.1.9), for 93 s: UPDATE …`. */
function renderObstacle({ kind, session }: Obstacle): string {
  const { id, user, host, forSeconds, statement } = session;
  return `${kind} of session ${id} (${user}@${host}), for ${forSeconds} s: ${statement}`;
}

/** What is left of the time that the VIP may take: a leader that carries on does not wait for all of it again. */
function verifyLimitMs({ record, ports: { clock } }: StepContext): number {
  if (record.phase === 'undoing') return VERIFY_UNDONE_MS;
  const movedMs = movedAtMs(record) ?? clock.nowMs();
  const leftMs = movedMs + VERIFY_LIMIT_MS - clock.nowMs();
  // Another leader's clock may be off.
  return Math.min(Math.max(leftMs, VERIFY_LEAST_MS), VERIFY_LIMIT_MS);
}

/** The answer, or why there was none: for a moment there may be no answer, and then the new holder answers. */
async function orReason(asked: Promise<Answered>): Promise<Answered | string> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof PortError) return error.message;
    throw error;
  }
}

function committedIn(answered: Answered | string): string {
  if (typeof answered === 'string') return '';
  const { heartbeat } = answered;
  if (heartbeat.kind === 'barred')
    return ` and takes writes; our heartbeat could not be written: ${heartbeat.because}`;
  return heartbeat.kind === 'committed' ? ', heartbeat committed' : '';
}

/** What is wrong with who answered through the VIP; null when nothing is. */
function problemOf(
  node: NodeName,
  answered: Answered | string,
  { pair, identityOf }: StepContext,
): string | null {
  if (typeof answered === 'string') return answered;
  const { identity, writable, heartbeat } = answered;
  const wanted = identityOf(node);
  if (wanted !== null && identity !== wanted)
    return `another server answers through the VIP: got identity ${identity}, want ${wanted} (${node})`;
  if (!pair.writeProbe || heartbeat.kind === 'committed') return null;
  // A problem of our own table or account says nothing about the server: clients can write.
  if (heartbeat.kind === 'barred' && writable) return null;
  return `${node} answers through the VIP, but no heartbeat could be committed`;
}

/** Carries one step out. Errors of ports become outcomes; `CutShort` and bugs go up. */
export async function carryOutStep(step: Step, execution: StepContext): Promise<Result> {
  try {
    const executor = executors[step.kind] as Executor<StepKind>;
    return await executor(step, execution);
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    return failed(reason(error));
  }
}

/**
 * Closes the old holder. This shows whether it took writes: then undoing opens it again, and the freeze counts from
 * now.
 */
async function close(
  node: NodeName,
  kills: 'to-close' | 'once-closed',
  limitMs: number,
  { pair, ports, guard, record }: StepContext,
): Promise<Result> {
  guard();
  const beganMs = ports.clock.nowMs();
  const { wasWritable, killed, position } = await ports.database.close(pair, node, kills, limitMs);
  const changed = `${node} is read-only, ${killed} connections killed`;
  const frozenAtMs = record.frozenAtMs ?? beganMs;
  if (wasWritable) return done(changed, { fencedAt: position, wasWritable, frozenAtMs });
  // It took writes when the plan began: a leader that died before it could journal it has closed it.
  const since = record.wasWritable ? { frozenAtMs: record.frozenAtMs ?? record.steppedAtMs ?? beganMs } : {};
  return already(changed, { fencedAt: position, ...since });
}
