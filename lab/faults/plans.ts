/** Faults in the middle of plans, and plans that an operator asks for. */
import { setTimeout } from 'node:timers/promises';
import { functionNameOf } from '../../lib/stack/names.ts';
import { environmentName, pairName } from '../deployment.ts';
import { LabError } from '../errors.ts';
import { slowStatements } from '../servers/faults/slow-statements.ts';
import type { LabWorld } from '../world.ts';
import { forGood, type LabFault, type Options, type Played } from './fault.ts';
import { ask } from './orders.ts';

/** The steps of each plan, by how their line in watch's log begins. */
const stepsOf = {
  failover: {
    fence: 'fence',
    'catch-up': 'catch up',
    open: 'open',
    'move-vip': 'move the VIP',
    verify: 'verify',
  },
  switchover: {
    freeze: 'freeze',
    'switchover-catch-up': 'catch up',
    'switchover-open': 'open',
    'switchover-move-vip': 'move the VIP',
    'switchover-verify': 'verify',
  },
} as const;

/** Every value of `--at`. */
export const steps = [...Object.keys(stepsOf.failover), ...Object.keys(stepsOf.switchover)];

/** For how long the replica falls behind before the order. */
const BEHIND_MS = 6000;

const watchKill: LabFault = {
  about:
    'mysqld of the holder is killed, and the leading watch at a step of the failover: its successor finishes it',
  expected: 'failover',
  alerts: ['failover-done'],
  endsWhole: true,
  options: ['at'],
  with: (options) => {
    if (!steps.includes(options.at)) {
      throw new LabError({
        got: `--at ${options.at}`,
        want: `one of ${steps.join(', ')}`,
        remedy: 'name a step',
      });
    }
    return isSwitchover(options) ? { ...watchKill, alerts: ['switchover-done'] } : watchKill;
  },
  play: async (world, options) => {
    killWatchAt(world, textOf(options.at));
    if (isSwitchover(options)) return order(world, 'switchover');
    await world.hosts.db1.instance.kill();
    return { takeBack: async () => world.hosts.db1.boot() };
  },
};

const switchover: LabFault = {
  about: 'an operator asks for a switchover, which loses nothing',
  expected: 'failover',
  alerts: ['switchover-done'],
  endsWhole: true,
  planned: true,
  options: ['break'],
  with: (options) => {
    if (options.break === null) return switchover;
    if (options.break === 'db2-lag') return lagging;
    throw new LabError({ got: `--break ${options.break}`, want: 'db2-lag', remedy: 'correct --break' });
  },
  play: (world) => order(world, 'switchover'),
};

/** db2 cannot keep up with what db1 writes: clients are not frozen for what would not end in time. */
const lagging: LabFault = {
  ...switchover,
  about: 'an operator asks for a switchover; db2 is too far behind, so that it is undone',
  expected: 'stay',
  alerts: ['switchover-undone'],
  play: async (world) => {
    const takeBack = await slowStatements(world.hosts.db1.instance);
    await setTimeout(BEHIND_MS);
    return { ...(await order(world, 'switchover')), takeBack };
  },
};

export const planFaults = { 'watch-kill': watchKill, switchover } as const satisfies Record<string, LabFault>;

function isSwitchover({ at }: Options): boolean {
  return Object.hasOwn(stepsOf.switchover, at);
}

function textOf(step: string): string {
  const texts: Readonly<Record<string, string>> = { ...stepsOf.failover, ...stepsOf.switchover };
  return texts[step] ?? step;
}

/** SIGKILL to the invocation that logs the beginning of the step; once. */
function killWatchAt({ aws }: LabWorld, text: string): void {
  const watch = functionNameOf(environmentName, 'watch');
  let struck = false;
  aws.events.on('log', (line) => {
    if (struck || line.functionName !== watch || !line.text.includes(`"message":"${text}`)) return;
    struck = true;
    aws.lambda.kill(watch, line.requestId ?? undefined);
  });
}

/** Orders it, and keeps the answer. */
async function order(world: LabWorld, action: 'switchover' | 'failover'): Promise<Played> {
  const event = { action, pair: pairName, from: 'db1', by: 'the lab', why: 'to show it' };
  return { ...forGood, answer: await ask(world, event) };
}
