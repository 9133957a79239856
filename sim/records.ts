/** Records that older releases and deployments have left in the store. */
import type { Alert } from '../lib/core/alert/incident.ts';
import type { PlanRecord } from '../lib/core/plan/plan.ts';
import { strangerName } from './environments.ts';
import { epochMs } from './process.ts';
import type { SimWorld } from './world/world.ts';

/** How much room a record near the limit has left. Bytes. */
const nearLimitBytes = 1500;

/** An alert of an older release, which put whole GTID sets into it. */
function oldAlert({ pair, nowMs }: SimWorld, number: number): Alert {
  return {
    id: `0a1e${number.toString(16).padStart(4, '0')}`,
    code: 'standby-unfit',
    pair: pair.name,
    incident: null,
    atMs: epochMs + nowMs,
    happened: 'db2 could not take over.'.padEnd(4000, ' 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5'),
    done: 'Nothing.',
    todo: 'Nothing.',
    steps: [],
  };
}

/** Leaves so many of them that the record hardly fits any more. */
export function fillRecord(world: SimWorld): void {
  world.table.fill(world.pair.name, nearLimitBytes, (number) => oldAlert(world, number));
}

/** A plan in flight to a node that the pair no longer has. */
export function leaveRecord({ table, pair, nowMs }: SimWorld): void {
  const plan: PlanRecord = {
    kind: 'reattach-vip',
    from: null,
    to: strangerName,
    stages: [[{ kind: 'move-vip', to: strangerName }]],
    undo: [],
    undoIfHolderServes: false,
    id: '01d01d01',
    epoch: table.lease?.epoch ?? 0,
    row: 'D6',
    because: 'an older deployment had another node',
    by: 'keepalambda',
    requestId: null,
    startedAtMs: epochMs + nowMs,
    badSinceMs: epochMs + nowMs,
    phase: 'running',
    outcomes: {},
    fencedAt: null,
    lastSeen: null,
    wasWritable: false,
    kept: null,
    isolatedFrom: null,
    vipMoved: false,
  };
  table.plant(pair.name, plan);
}
