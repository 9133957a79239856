/** Both masters are changed under load, by one order; and the order is given again. */
import { gapsOf } from '../client/account.ts';
import type { Story } from '../story.ts';
import type { LabWorld } from '../world.ts';
import { orderBroken } from './broken-command.ts';
import type { MaintainKind } from './kinds.ts';
import { MaintainRun } from './run.ts';

/** What a run leaves. */
export interface MaintainFigures {
  readonly scenario: string;
  readonly server: string;
  /** How long the whole order took, over how many invocations of operate. Milliseconds. */
  readonly tookMs: number;
  readonly invocations: number;
  readonly steps: readonly string[];
  /** What clients have seen of it: moves of the VIP, the longest time without a write, and writes that failed. */
  readonly switchovers: number;
  readonly closedMs: number;
  readonly writes: number;
  readonly failedStatements: number;
  /** Acknowledged writes that are on neither node. */
  readonly lost: number;
  /** Whether each node runs with the new configuration. */
  readonly changed: readonly string[];
  readonly alerts: readonly string[];
  /** What the same order, given again under its id, has changed. */
  readonly secondRunChanged: number;
  readonly wrong: readonly string[];
  readonly ok: boolean;
}

export async function playMaintain(
  world: LabWorld,
  story: Story,
  kind: MaintainKind,
): Promise<MaintainFigures> {
  const run = new MaintainRun(world, story, kind);
  const server = world.hosts.db1.instance.product.name;
  await run.begin();
  if (kind.failsFirst) await orderBroken(run);
  const before = run.states();
  const client = await run.startClient();
  const beganMs = Date.now();
  const ordered = await run.order('lab-maintain');
  const tookMs = Date.now() - beganMs;
  run.mustBe('the order was carried out', ordered.outcome === 'done');
  const result = await client.stop();
  const seen = await run.judge(result);
  const after = run.states();
  const isOther = (state: string, index: number) => state !== before[index];
  run.mustBe(
    kind.changesState ? 'each host is another one' : 'no server was restarted',
    kind.changesState ? after.every(isOther) : !after.some(isOther),
  );
  const again = await run.order('lab-maintain');
  run.mustBe('given again, it changes nothing', again.changed === 0 && run.states().join() === after.join());
  const { writes, attempts, untilMs } = result;
  const closedMs = Math.max(0, ...gapsOf(writes, { sinceMs: beganMs, untilMs }).map(({ forMs }) => forMs));
  const { wrong, alerts } = run;
  return {
    scenario: kind.name,
    server,
    tookMs,
    invocations: ordered.invocations,
    steps: ordered.took,
    closedMs,
    writes: writes.length,
    failedStatements: attempts - writes.length,
    ...seen,
    alerts,
    secondRunChanged: again.changed,
    wrong,
    ok: wrong.length === 0,
  };
}
