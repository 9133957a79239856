/** Moving the VIP. After this step a plan cannot be undone, so EC2's answer is never guessed. */
import type { VipSighting } from '../core/evidence/sighting.ts';
import type { NodeName } from '../core/names.ts';
import { frozenLeftMs } from '../core/plan/frozen.ts';
import type { PlanRecord } from '../core/plan/plan.ts';
import { PortError } from './ports/port-error.ts';
import { already, done, failed, type Result, reason, type StepContext } from './step-context.ts';
import { askThroughVip } from './through-vip.ts';

/** How often a throttled call is made again, and how far apart. */
const THROTTLED_TRIES = 6;
const THROTTLED_PAUSE_MS = 500;
/** EC2's answer from the start of the plan counts for this long: catching up may take its time. Milliseconds. */
const WORD_LIFE_MS = 1000;
/** An EC2 that answers is given this long, also where a freeze has used up its time while nobody led. Milliseconds. */
const LAST_ASK_MS = 1000;

/**
 * Reassigns the VIP to `to`. `blocked` when EC2 answers neither the call nor the question where the VIP is:
 * it may or may not have moved, so the plan neither goes on nor is undone, and tries again.
 */
export async function moveVip(to: NodeName, execution: StepContext): Promise<Result> {
  // If the holder takes no writes, its clients wait already, so that nothing is asked first. A plan that is taken up asks: it
  // may have moved the VIP, and a second order could take effect when another leader acts.
  const asks = execution.record.wasWritable || execution.located !== null;
  const before = asks ? await whereIsIt(execution, execution.located) : 'not-asked';
  if (before === to) return already(`the VIP is on ${to}`, { vipMoved: true });
  // While a live holder is closed for the move, clients wait. So an EC2 that does not even say where the VIP is gets no
  // call that may hang.
  if (before === 'unknown' && execution.record.wasWritable && !(await answersThroughVip(to, execution)))
    return { outcome: { kind: 'blocked', because: 'EC2 does not report where the VIP is' } };
  // Asking EC2 may have taken long: the holder that was lost may serve again.
  const because = execution.unwanted();
  if (because !== null) return failed(because);
  const error = await assign(to, execution);
  if (error === null) return done(`the VIP is on ${to}`, { vipMoved: true });
  const after = await whereIsIt(execution);
  // A lost response is not a lost call: EC2 may have moved it all the same.
  if (after === to)
    return done(`the VIP is on ${to}, although EC2 answered: ${error.message}`, { vipMoved: true });
  // EC2's reads may be old, and an accepted call may land late: who answers through the VIP decides.
  if (error.kind !== 'refused' && (await answersThroughVip(to, execution)))
    return done(`the VIP is on ${to} (a client reached it there), although EC2 answered: ${error.message}`, {
      vipMoved: true,
    });
  if (error.kind === 'refused' || (error.kind === 'denied' && after !== 'unknown'))
    return failed(error.message);
  return { outcome: { kind: 'blocked', because: error.message } };
}

/** EC2's report on the VIP. While a live holder is kept closed, it is not waited for beyond the time of that. */
export async function locate(
  record: PlanRecord,
  { pair, ports, safeguards }: Pick<StepContext, 'pair' | 'ports' | 'safeguards'>,
): Promise<VipSighting | undefined> {
  const leftMs = safeguards.undoWithoutEc2 ? frozenLeftMs(record, ports.clock.nowMs()) : null;
  const limitMs = leftMs === null ? undefined : Math.max(leftMs, LAST_ASK_MS);
  return (await ports.vip.locate([pair], limitMs)).get(pair.name);
}

/** Whether the node answers through the VIP. False when another node or none answers, and when the node was never seen. */
export async function answersThroughVip(
  node: NodeName,
  { pair, ports, identityOf }: StepContext,
): Promise<boolean> {
  if (identityOf(node) === null) return false;
  const said = await askThroughVip(pair, ports, identityOf);
  return said.kind === 'node' && said.node === node;
}

async function whereIsIt(
  execution: StepContext,
  asked: StepContext['located'] = null,
): Promise<NodeName | 'elsewhere' | 'unknown'> {
  const known = await asked;
  const { ports, record } = execution;
  const isNew = known && ports.clock.nowMs() - known.atMs <= WORD_LIFE_MS;
  const sighting = isNew ? known : await locate(record, execution);
  if (sighting?.kind !== 'saw') return 'unknown';
  return sighting.place.kind === 'node' ? sighting.place.node : 'elsewhere';
}

/** Null when EC2 shows the VIP on the node; else the last error. */
async function assign(to: NodeName, { pair, ports, guard, onMove }: StepContext): Promise<PortError | null> {
  for (let attempt = 1; ; attempt += 1) {
    guard();
    onMove?.();
    try {
      await ports.vip.assign(pair, to);
      return null;
    } catch (error) {
      if (!(error instanceof PortError))
        throw new Error(`assigning the VIP: ${reason(error)}`, { cause: error });
      if (error.kind !== 'throttled' || attempt === THROTTLED_TRIES) return error;
      await ports.clock.sleep(THROTTLED_PAUSE_MS);
    }
  }
}
