/** What the benchmark takes a pair through: the lab's faults, and deaths of keepalambda's own parts beside them. */
import { environmentName, vantages } from '../../lab/deployment.ts';
import type { Options } from '../../lab/faults/fault.ts';
import { planFaults } from '../../lab/faults/plans.ts';
import { serverFaults } from '../../lab/faults/servers.ts';
import type { Story } from '../../lab/story.ts';
import type { LabWorld } from '../../lab/world.ts';
import { functionNameOf } from '../../lib/stack/names.ts';

export const trialNames = [
  'mysqld-kill',
  'host-down',
  'mysqld-hang',
  'switchover',
  'watch-kill',
  'watch-kill-steps',
  'probe-kill',
] as const;
export type TrialName = (typeof trialNames)[number];

export interface Trial {
  /** One line, as the story tells it. */
  readonly about: string;
  /** Whether keepalived goes through it too: it has no functions, and no planned move. */
  readonly forPeers: boolean;
  /** The trial whose outage is taken off, to see what the death of our own part adds. @default none */
  readonly beyond?: TrialName;
  /** Does it, in the run with that number. */
  readonly play: (world: LabWorld, story: Story, run: number) => Promise<unknown>;
}

/** `watch-kill-steps` takes them in turns: run 1 strikes at the first. */
const STEPS = ['fence', 'catch-up', 'open', 'move-vip', 'verify'] as const;
const NO_OPTIONS: Options = { at: '', break: null };

export const trials: Readonly<Record<TrialName, Trial>> = {
  'mysqld-kill': ofServer('mysqld-kill'),
  'host-down': ofServer('host-down'),
  'mysqld-hang': ofServer('mysqld-hang'),
  switchover: {
    about: planFaults.switchover.about,
    forPeers: false,
    play: (world, story) => planFaults.switchover.play(world, NO_OPTIONS, story),
  },
  'watch-kill': {
    about: 'mysqld of the holder and the leading watch are killed at the same moment',
    forPeers: false,
    beyond: 'mysqld-kill',
    play: (world) => withHolder(world, () => killLeader(world)),
  },
  'watch-kill-steps': {
    about: `mysqld of the holder is killed, and the leading watch as a step begins: ${STEPS.join(', ')}, in turns`,
    forPeers: false,
    beyond: 'mysqld-kill',
    play: (world, story, run) =>
      planFaults['watch-kill'].play(
        world,
        { ...NO_OPTIONS, at: STEPS[run % STEPS.length] ?? 'fence' },
        story,
      ),
  },
  'probe-kill': {
    about: 'mysqld of the holder and the probe of the first vantage are killed at the same moment',
    forPeers: false,
    beyond: 'mysqld-kill',
    play: (world) => withHolder(world, () => killProbe(world)),
  },
};

function ofServer(name: 'mysqld-kill' | 'host-down' | 'mysqld-hang'): Trial {
  const { about, play } = serverFaults[name];
  return { about, forPeers: true, play: (world) => play(world) };
}

async function withHolder({ hosts }: LabWorld, kill: () => Promise<void>): Promise<void> {
  await Promise.all([kill(), hosts.db1.instance.kill()]);
}

/** SIGKILL to the one invocation of watch that owns the lease; the spare lives on. */
async function killLeader({ aws, store }: LabWorld): Promise<void> {
  const lease = await store.readLease();
  const killed = lease === null ? 0 : aws.lambda.kill(functionNameOf(environmentName, 'watch'), lease.owner);
  if (killed !== 1)
    throw new Error(`the lease of ${lease?.owner ?? 'nobody'} led to ${killed} invocations of watch`);
}

/** SIGKILL to all its environments: also those that are kept warm. */
async function killProbe({ aws }: LabWorld): Promise<void> {
  aws.lambda.kill(functionNameOf(environmentName, 'probe', vantages[0]));
}
