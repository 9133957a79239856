import { expect, it } from 'vitest';
import type { AwsOptions } from '../../../lab/aws/start.ts';
import { createHost, documentParameters } from '../../../lib/aws/ssm/host.ts';
import type { HostDocument } from '../../../lib/core/hosts/host-document.ts';
import { documents } from '../../../lib/stack/documents/index.ts';
import type { HostPort } from '../../../lib/watch/ports/host.ts';
import { type HostWorld, hostContract } from '../../contract/host.ts';
import { type AwsWorld, clock, pair, startWorld } from '../world.ts';

const names = Object.fromEntries(Object.keys(documents).map((name) => [name, `test-${name}`])) as Readonly<
  Record<HostDocument, string>
>;

/** A document that runs these lines. */
function shell(...runCommand: readonly string[]) {
  return {
    schemaVersion: '2.2',
    description: 'for a test',
    parameters: {},
    mainSteps: [{ action: 'aws:runShellScript', name: 'run', inputs: { timeoutSeconds: '10', runCommand } }],
  };
}

/** The same, with the parameter that a repair gives. */
function restarting(...runCommand: readonly string[]) {
  const { parameters } = documents['restart-mysqld'];
  return { ...shell(...runCommand), parameters: parameters ?? {} };
}

function hostOn({ ssm }: AwsWorld): HostPort {
  return createHost({ ...ssm, clock, documents: names });
}

async function makeWorld(): Promise<HostWorld> {
  let reachable = true;
  const hostOf: AwsOptions['hostOf'] = () => ({
    reachable,
    environment: { PATH: process.env.PATH ?? '/usr/bin:/bin' },
  });
  const world = await startWorld({
    hostOf,
    documents: [
      { name: names['restart-mysqld'], content: restarting('echo stopped', 'echo mysqld restarted') },
    ],
  });
  return {
    host: hostOn(world),
    pair,
    stopServer: () => {},
    breakRestart: () =>
      world.aws.ssm.registerDocument({
        name: names['restart-mysqld'],
        content: restarting('echo mysqld did not start >&2', 'exit 1'),
      }),
    cutOff() {
      reachable = false;
    },
    runs: () => world.aws.ssm.commands.filter(({ stdout }) => stdout !== '').length,
    settle: (work) => work,
    close: () => world.aws.close(),
  };
}

hostContract('SSM', makeWorld);

it('takes what SSM refuses for denied, and says what it tried', async () => {
  const world = await startWorld({ documents: [{ name: names['bind-vip'], content: shell('exit 3') }] });
  const host = hostOn(world);
  const strangeParameter = host.run(pair, 'db1', 'bind-vip', 5000);
  await expect(strangeParameter).rejects.toMatchObject({
    kind: 'denied',
    message: expect.stringContaining('bind-vip on db1'),
  });
  const unknownDocument = host.run(pair, 'db1', 'restart-keepalived', 5000);
  await expect(unknownDocument).rejects.toMatchObject({ kind: 'denied' });
  await world.aws.close();
});

it('gives back all that a document printed: the facts of a host may be many lines', async () => {
  const content = shell('echo server=up', 'seq 1 400', 'echo end=yes');
  const world = await startWorld({ documents: [{ name: names['server-start'], content }] });
  const printed = await hostOn(world).run(pair, 'db1', 'server-start', 5000);
  expect(printed.split('\n')).toEqual(expect.arrayContaining(['server=up', '200', 'end=yes']));
  await world.aws.close();
});

it.each([
  ['that failed', 'exit 3', 1000, 3],
  ['that was ended at its limit', 'sleep 60', 5, -1],
])('says that a script %s has run', async (_, line, secondMs, exitCode) => {
  const world = await startWorld({ documents: [{ name: names['planned-restart'], content: shell(line) }] });
  world.aws.ssm.timing.secondMs = secondMs;
  const run = hostOn(world).run(pair, 'db1', 'planned-restart', 20_000);
  await expect(run).rejects.toMatchObject({ kind: 'unsuccessful', exitCode });
  await world.aws.close();
});

it.each([
  ['Cancelled', -1],
  ['Execution Timed Out', -1],
  ['Delivery Timed Out', null],
  ['Undeliverable', null],
])('knows by the status whether a script has run: %s', async (StatusDetails, exitCode) => {
  const answering = (answer: object) => ({ send: async () => answer }) as never;
  const host = createHost({
    looking: answering({ StatusDetails }),
    changing: answering({ Command: { CommandId: 'c1' } }),
    clock: { ...clock, sleep: async () => {} },
    documents: names,
  });
  const run = host.run(pair, 'db1', 'server-start', 5000);
  await expect(run).rejects.toMatchObject({ kind: 'unsuccessful', exitCode });
});

it.each(Object.entries(documents))(
  'gives %s of the pair what it declares, and no other',
  (name, document) => {
    const given = documentParameters(name as HostDocument, pair);
    // What is not the pair's own, work on hosts gives with each run.
    expect(Object.keys(document.parameters ?? {})).toEqual(expect.arrayContaining(Object.keys(given)));
    for (const [key, [value = '']] of Object.entries(given)) {
      expect(value).toMatch(new RegExp(document.parameters?.[key]?.allowedPattern ?? '^$'));
    }
  },
);
