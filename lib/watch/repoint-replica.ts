/** The step that has a chain replica of a lost node follow the holder. */
import { nodeOf } from '../core/config/config.ts';
import { followed } from '../core/evidence/chain.ts';
import type { Step } from '../core/plan/step.ts';
import { REPOINT_LIMIT_MS, STATEMENT_LIMIT_MS } from '../core/time-budget.ts';
import { PortError } from './ports/port-error.ts';
import { already, done, missed, type Result, reason, type StepContext, skipped } from './step-context.ts';

/** If a replica cannot be pointed at the holder, its name is reported, and the plan goes on with the others. */
export async function repointReplica(
  step: Extract<Step, { kind: 'repoint' }>,
  execution: StepContext,
): Promise<Result> {
  try {
    return await repointed(step, execution);
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    return missed(`${step.replica}: ${reason(error)}`);
  }
}

async function repointed(
  { replica: name, node, source, change }: Extract<Step, { kind: 'repoint' }>,
  { pair, ports, guard, identityOf, logReset = null }: StepContext,
): Promise<Result> {
  const replica = pair.replicas.find((one) => one.name === name);
  if (replica === undefined) return skipped(`${name} is not configured any more`);
  const seen = await ports.database.replica(pair, replica, STATEMENT_LIMIT_MS);
  const follows = followed(pair, seen, identityOf);
  if (follows === node) return already(`${name} follows ${node}`);
  if (follows !== source) return skipped(`${name} does not follow ${source}`);
  const { address } = nodeOf(pair, node);
  if (!change)
    return missed(
      `${name} follows ${source} and gets nothing. The setting is \`alert\`: point it at ${node} (${address}) by GTID`,
    );
  if (logReset?.node === node)
    return missed(
      `${name} still follows ${source}: the binary log of ${node} was reset (RESET MASTER), so GTIDs do not say what ${name} has of it. Make ${name} anew from ${node}`,
    );
  guard();
  const { now, because } = await ports.database.repoint(pair, replica, source, node, REPOINT_LIMIT_MS);
  switch (now) {
    case 'repointed':
      return done(`${name} follows ${node}`);
    case 'followed':
      return already(`${name} follows ${node}`);
    case 'apart':
      return missed(`${name} still follows ${source}: ${because}`);
  }
}
