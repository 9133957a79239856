/** What a plan that has ended leaves to a person: what to do next, and whether clients can write. */
import type { Words } from '../alert/alerts.ts';
import { failover } from '../alert/remedies.ts';
import type { Pair } from '../config/config.ts';
import { guardedUntilMs } from '../decision/flap.ts';
import type { Memory } from '../memory/memory.ts';
import { movesRoles, type PlanRecord } from '../plan/plan.ts';
import { utcClock } from './utc-time.ts';

type Left = Pick<Words, 'todo' | 'commands' | 'writes'>;

/** What a plan leaves that was carried out. */
export function leftBySuccess(memory: Memory, pair: Pair, plan: PlanRecord, nowMs: number): Left {
  const { kind, requestId, from, to } = plan;
  if (kind === 'repair-node') return leftByRepair(plan);
  if (!movesRoles(plan) || !plan.vipMoved || from === null) return {};
  if (kind === 'failover') return leftByFailover(memory, pair, plan, from, nowMs);
  if (requestId !== null) return {};
  return {
    todo: `${from} is stopping: ${to} has no standby until ${from} is back. Find out who stops it, if it was not you.`,
  };
}

/** A service that was left alone is well, or will be: then it is the way to it that is to be put right. */
function leftByRepair({ outcomes, to, unservedSinceMs }: PlanRecord): Left {
  const ends = Object.values(outcomes);
  const isLeftAlone = ends.length > 0 && ends.every(({ kind }) => kind === 'skipped');
  return {
    ...(unservedSinceMs === null ? { writes: 'yes' } : {}),
    ...(isLeftAlone
      ? {
          todo: `The steps say why nothing was restarted. A server that answers on ${to} itself is well: find out what keeps keepalambda from it (security groups, network ACLs, routes, a firewall of the host).`,
        }
      : {}),
  };
}

function leftByFailover(
  memory: Memory,
  pair: Pair,
  { row, requestId, to }: PlanRecord,
  from: string,
  nowMs: number,
): Left {
  const untilMs = requestId === null ? guardedUntilMs(memory, pair, nowMs) : null;
  const guard =
    untilMs === null
      ? ''
      : ` No automatic failover follows before ${utcClock(untilMs)}, unless you acknowledge those of the last hour.`;
  const back = `keepalambda does not move the VIP back: when ${from} can take over again, give the order switchover if you want the old roles.`;
  const status = 'status {pair}';
  switch (row) {
    // What it lost comes back by no replication.
    case 'holder-behind':
      return {
        todo: `Rebuild ${from}, which has lost writes. ${to} has no standby until then.${guard} ${back}`,
        commands: [status, `rebuild {pair} ${from} --why "it lost writes that it had sent"`],
      };
    case 'holder-fails-check':
      return { todo: `Fix replication into ${from}. ${to} has no standby until then.${guard} ${back}` };
    case 'holder-stuck':
      return {
        todo: `Find out why ${from} commits nothing. ${to} has no standby until it does.${guard} ${back}`,
      };
    case 'holder-stays-closed':
    case 'vip-unheld-holder-closed':
      return { todo: `Find out why ${from} could not be opened.${guard} ${back}` };
    default:
      return requestId === null
        ? {
            todo: `Find out why ${from} was lost, and bring it back as standby. ${to} has no standby until then.${guard} ${back}`,
          }
        : { todo: `See that ${from} comes back as standby. ${back}` };
  }
}

/** What a plan leaves that was undone: whether the holder takes writes, and what a second try would be. */
export function leftByUndone(plan: PlanRecord): Left {
  if (!movesRoles(plan)) return {};
  const writes = writesOfUndone(plan);
  if (plan.kind !== 'failover' || writes !== 'yes') return { writes };
  return {
    writes,
    todo: `Read why it was stopped. ${plan.from} takes writes again: find out what was wrong with it before you fail over by hand.`,
    commands: ['status {pair}', 'explain {pair}', failover('{holder} has failed')],
  };
}

/** That it takes writes is said only where a commit has shown it, or where nothing was changed of one that did. */
function writesOfUndone({ phase, wasWritable, unservedSinceMs }: PlanRecord): NonNullable<Words['writes']> {
  if (phase === 'undoing') return wasWritable ? 'yes' : 'no';
  return unservedSinceMs === null ? 'yes' : 'unknown';
}
