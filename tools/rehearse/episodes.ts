/** What happens to the pair between deployments, judged by what is then in the world. */
import { setTimeout as delay } from 'node:timers/promises';
import { type ApiCall, codesOf } from '../../lab/aws/events.ts';
import { environmentName, pairName } from '../../lab/deployment.ts';
import { experiment, type Figures } from '../../lab/experiment.ts';
import type { LabFault } from '../../lab/faults/fault.ts';
import { serverFaults } from '../../lab/faults/servers.ts';
import { isWritable, setWritable } from '../../lab/pair.ts';
import type { Story } from '../../lab/story.ts';
import { type LabWorld, untilSteady } from '../../lab/world.ts';
import type { Toolkit } from './toolkit.ts';
import { notAsWanted } from './wrong.ts';

/** How long a repair may take, in milliseconds. */
const REPAIR_LIMIT_MS = 60_000;

const kill = serverFaults['mysqld-kill'];
const options = { at: '', break: null } as const;

/** The holder dies of a pair that is only observed: the plan is alerted, and nothing is changed. */
export async function observedDeath(world: LabWorld, story: Story): Promise<string> {
  const calls = collectChanges(world);
  const texts: string[] = [];
  world.aws.events.on('message', ({ message }) => texts.push(message));
  const fault: LabFault = {
    about: `${kill.about}, and the pair is only observed`,
    expected: 'stay',
    alerts: ['would-act'],
    play: async (seen) => {
      await kill.play(seen);
      return { takeBack: async () => {}, judge: async () => changesOf(world, calls, texts) };
    },
  };
  rightOrThrow(await experiment(world, 'mysqld-kill', fault, options, story));
  // It has come back read-only, and what is only observed is not opened: a person does it.
  await setWritable(world.hosts.db1, true);
  await untilSteady(world);
  return 'the plan was alerted; the VIP stayed, db2 took no write, and no API that changes anything was called';
}

/** The same of a pair that is acted for: the standby takes over. */
export async function death(world: LabWorld, story: Story): Promise<Figures> {
  const figures = rightOrThrow(await experiment(world, 'mysqld-kill', kill, options, story));
  if (figures.acknowledged > 0 && figures.outageMs > 0) return figures;
  throw notAsWanted('no write before the fault', 'clients that write, fail, and write again');
}

/**
 * mysqld of the old holder was started again by the document. It may have a transaction that never reached db2: a person looks at it,
 * and has it applied.
 */
export async function oldHolderBack({ hosts, store, aws }: LabWorld, toolkit: Toolkit): Promise<string> {
  const untilMs = Date.now() + REPAIR_LIMIT_MS;
  const isUp = () => hosts.db1.instance.isRunning();
  const isAttached = async () => (await store.readMemory(pairName)).detached === null;
  const isAlerted = () => aws.sns.messages.some((message) => codesOf(message).includes('channel-detached'));
  while (!(isUp() && ((await isAttached()) || isAlerted()))) {
    if (Date.now() > untilMs)
      throw notAsWanted(`db1 ${isUp() ? 'up, and detached' : 'down'}`, 'db1 as the standby, or an alert');
    await delay(200);
  }
  if (await isAttached()) return 'db1 runs again, and db2 receives from it';
  const why = ['--why', 'the rehearsal looked at it', '--yes'];
  const { code } = await toolkit.keepalambda([
    'reattach',
    pairName,
    '--env',
    environmentName,
    '--accept-loss',
    ...why,
  ]);
  if (code !== 0) throw notAsWanted(`reattach, which ends with ${code}`, 'a channel that is attached');
  return 'db1 runs again; what it had and db2 lacked was applied by an order';
}

/** mysqld of the standby dies, and is started again by the document; `mark` is what that version of it prints. */
export async function repairedDeath(world: LabWorld, mark: string): Promise<string> {
  const { hosts, aws } = world;
  const before = aws.ssm.commands.length;
  await hosts.db1.instance.kill();
  const sent = () => aws.ssm.commands.slice(before);
  const isBack = () =>
    sent().some(({ state, stdout }) => state.status === 'Success' && stdout.includes(mark)) &&
    hosts.db1.instance.isRunning();
  const untilMs = Date.now() + REPAIR_LIMIT_MS;
  while (!isBack() && Date.now() < untilMs) await delay(100);
  if (!isBack())
    throw notAsWanted(
      `db1 ${hosts.db1.instance.isRunning() ? 'up' : 'down'}, after ${JSON.stringify(sent().map(({ state, stdout }) => [state.details, stdout]))}`,
      `db1 up, after a document that prints: ${mark}`,
    );
  await expectHolder(world);
  return 'the changed document started mysqld of the standby';
}

/** Throws a `LabError` unless db2 has the VIP and alone takes writes. */
export async function expectHolder({ hosts, holder }: LabWorld): Promise<void> {
  const [db1, db2] = await Promise.all([isWritable(hosts.db1), isWritable(hosts.db2)]);
  if (holder() === 'db2' && db2 && !db1) return;
  throw notAsWanted(
    `the VIP on ${holder()}, db1 ${db1 ? 'open' : 'closed'}, db2 ${db2 ? 'open' : 'closed'}`,
    'the VIP on db2, which alone takes writes',
  );
}

/** Calls that change something outside of the database. */
function collectChanges({ aws }: LabWorld): ApiCall[] {
  const calls: ApiCall[] = [];
  aws.events.on('call', (call) => {
    const changes =
      (call.service === 'ec2' && !/^(Describe|Get)/.test(call.action)) || call.action === 'SendCommand';
    if (changes) calls.push(call);
  });
  return calls;
}

async function changesOf(
  { hosts }: LabWorld,
  calls: readonly ApiCall[],
  texts: readonly string[],
): Promise<readonly string[]> {
  const plan = texts.some((text) => text.includes('would carry out a failover to db2'));
  return [
    ...calls.map(({ service, action }) => `${service}:${action} was called`),
    ...((await isWritable(hosts.db2)) ? ['db2 was opened'] : []),
    ...(plan ? [] : ['no alert says what would be done']),
  ];
}

function rightOrThrow(figures: Figures): Figures {
  if (figures.ok) return figures;
  throw notAsWanted(figures.wrong.join('; '), `${figures.fault}, which ends with ${figures.expected}`);
}
