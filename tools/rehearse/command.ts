/** The rehearsal: a real deployment by the real CLI, and a failover with the very bytes that were deployed. */

import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { addLatencyOptions, type LatencyFlags, latencyTermsOf, renderTerms } from '../../lab/aws/flags.ts';
import { leaveNothingBehind } from '../../lab/belongings.ts';
import { experiment } from '../../lab/experiment.ts';
import { faults } from '../../lab/faults/index.ts';
import { parseWith } from '../../lab/flags.ts';
import { defaultServer } from '../../lab/servers/catalogue.ts';
import { Story } from '../../lab/story.ts';
import { openWorld } from '../../lab/world.ts';
import type { Bundles } from '../../lib/stack/bundle.ts';
import { expectChange, takeCode } from './code.ts';
import { environmentName, first, second, writeEnvironment } from './environment.ts';
import { account, type Moto, region, startMoto } from './moto.ts';
import { type Deployed, expectGone, readStack } from './stack.ts';
import { expectState, leaveState } from './state.ts';
import { createToolkit, type Toolkit } from './toolkit.ts';

interface Flags extends LatencyFlags {
  readonly server: string;
  readonly port: string;
  readonly json?: true;
}

/** What a rehearsal leaves: the last line of `--json`. A step that fails ends it with a `LabError` instead. */
export interface Rehearsed {
  readonly bootstrap: 'ok';
  readonly deploy: 'ok';
  readonly redeploy: 'ok';
  readonly destroy: 'ok';
  /** The types of resources that moto cannot make: the real AWS is the first to see them. */
  readonly skipped: readonly string[];
  readonly failoverOutageMs: number;
  /** Whether the failover was as it must be. */
  readonly ok: boolean;
}

/** Runs the command; gives back its exit code. Throws a `LabError` for what a person can mend. */
export async function rehearseCommand(args: readonly string[]): Promise<number> {
  const flags = parseFlags(args);
  if (flags === null) return 0;
  // From here on a signal ends it at once, and what it has started and written goes with it.
  leaveNothingBehind();
  const story = new Story(flags.json ? console.error : console.log);
  const directory = await mkdtemp(path.join(os.tmpdir(), 'keepalambda-rehearsal-'));
  try {
    const { bundles, skipped } = await deployAndDestroy(directory, story);
    const { outageMs, ok } = await failOver(bundles, flags, story);
    const rehearsed: Rehearsed = {
      ...{ bootstrap: 'ok', deploy: 'ok', redeploy: 'ok', destroy: 'ok' },
      skipped,
      failoverOutageMs: outageMs,
      ok,
    };
    console.log(flags.json ? JSON.stringify(rehearsed) : renderRehearsed(rehearsed));
    return ok ? 0 : 1;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface Taken {
  readonly bundles: Bundles;
  readonly skipped: readonly string[];
}

async function deployAndDestroy(directory: string, story: Story): Promise<Taken> {
  story.tell('lab', "starting moto's server, which stands for AWS (the first time it is fetched)");
  const moto = await startMoto();
  try {
    const environments = path.join(directory, 'environments');
    const hear = (line: string) => story.tell('cdk', line);
    const toolkit = createToolkit({ moto, environments, directory, hear });
    await toolkit.run(['bootstrap', `aws://${account}/${region}`], 'nowhere');
    story.tell('lab', 'bootstrapped');
    await writeEnvironment(environments, first);
    const before = await deployOnce(moto, toolkit, first, directory, story);
    const state = await leaveState(moto, before);
    await writeEnvironment(environments, second);
    const deployed = await deployOnce(moto, toolkit, second, directory, story);
    await expectState(moto, deployed, state);
    story.tell(
      'lab',
      'the lease, the memory, its pause and the history are as the first deployment left them',
    );
    const bundles = await takeCode(moto, deployed, path.join(directory, 'code'));
    await toolkit.run(['destroy', environmentName, '--force']);
    await expectGone(moto, deployed);
    story.tell('lab', 'destroyed: nothing is left but the table, which must be kept');
    return { bundles, skipped: deployed.skipped };
  } finally {
    await moto.close();
  }
}

async function deployOnce(
  moto: Moto,
  toolkit: Toolkit,
  change: typeof first,
  directory: string,
  story: Story,
): Promise<Deployed> {
  await toolkit.run(['deploy', environmentName, '--require-approval', 'never']);
  const deployed = await readStack(moto);
  await expectChange(moto, deployed, change, path.join(directory, `layer-${change.lagLimitSeconds}`));
  const { made, resources } = deployed;
  const count = `${made} of ${Object.keys(resources).length} resources`;
  story.tell('lab', `deployed ${count}, with lagLimitSeconds ${change.lagLimitSeconds}`);
  return deployed;
}

async function failOver(
  bundles: Bundles,
  flags: Flags,
  story: Story,
): Promise<{ readonly outageMs: number; readonly ok: boolean }> {
  const name = 'mysqld-kill';
  const fault = faults[name];
  if (!fault) throw new Error(`the catalogue has ${name}`);
  story.tell('lab', 'the code that was deployed now runs in the lab');
  const changes = { settings: { ...fault.settings } };
  const { server, port } = flags;
  const terms = latencyTermsOf(flags);
  story.tell('lab', renderTerms(terms));
  const world = await openWorld({ ...terms, server, port: Number(port), changes, bundles });
  try {
    story.follow(world);
    return await experiment(world, name, fault, { at: '', break: null }, story);
  } finally {
    await world.close();
  }
}

function parseFlags(args: readonly string[]): Flags | null {
  const command = new Command('npm run rehearse --')
    .description(
      'cdk bootstrap, deploy, deploy again and destroy, against moto; then a failover with that code.',
    )
    .option('--server <name>', 'the servers of the failover', defaultServer)
    .option('--port <port>', 'the port of the nodes and of the VIP', '3306')
    .option('--json', 'what came of it as one line of JSON; the story goes to standard error');
  return parseWith<Flags>(addLatencyOptions(command), args);
}

function renderRehearsed({ skipped, failoverOutageMs }: Rehearsed): string {
  return [
    'bootstrap, deploy, redeploy, destroy: ok',
    `failover with the deployed code: ${failoverOutageMs} ms without a write`,
    'not made by moto, so not rehearsed:',
    ...skipped.map((type) => `  ${type}`),
  ].join('\n');
}
