/** The road from an empty account to one that is empty again, in order: each step is judged by what is then in the world. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deployTemplate } from '../../lab/deployed.ts';
import { documentNames, environmentName } from '../../lab/deployment.ts';
import { untilSteady } from '../../lab/world.ts';
import { bucketOf, expectCode, expectUpdate, unpackFrom } from './code.ts';
import { act, change } from './environment.ts';
import { death, expectHolder, observedDeath, oldHolderBack, repairedDeath } from './episodes.ts';
import { leadAnew } from './lead.ts';
import { account, type Moto, region } from './moto.ts';
import { prepare, type Surroundings } from './prepare.ts';
import { type Deployed, expectGone, readDocument, readStack } from './stack.ts';
import { expectState, leaveState, type State } from './state.ts';
import type { Steps } from './steps.ts';
import { notAsWanted } from './wrong.ts';

export interface Travelled {
  /** The types of resources that moto cannot make: the real AWS is the first to see them. */
  readonly skipped: readonly string[];
  readonly failoverOutageMs: number;
}

/** What the changed document prints. */
const MARK = 'this is the document of the update';
const document = 'restart-mysqld';

/** Goes along it. Throws for the first step that does not leave the world as it must. */
export async function travel(around: Surroundings, steps: Steps): Promise<Travelled> {
  const { project, world, toolkit, story, moto } = around;
  await prepare(around, steps);
  await steps.take('bootstrap', async () => {
    await toolkit.bootstrap(`aws://${account}/${region}`);
    return `${account} in ${region}`;
  });
  const observing = await steps.take('deploy-observe', () => deploy(around, 'observe'), describe);
  await steps.take('fault-observed', () => observedDeath(world, story));
  const state = await leaveState(moto, observing.deployed);
  await act(project.file);
  const acting = await steps.take('deploy-act', () => redeploy(around, 'act', state), describe);
  const figures = await steps.take(
    'fault-failover',
    () => death(world, story),
    ({ outageMs, lost }) => `db2 took over; ${outageMs} ms without a write, ${lost} writes lost`,
  );
  await steps.take('old-holder-back', () => oldHolderBack(world, toolkit));
  await change(project.file);
  await steps.take('update', () => update(around, state), describe);
  await steps.take('repair-by-changed-document', () => repairedDeath(world, MARK));
  await steps.take('rollback', () => rollBack(around, acting, state));
  world.rest();
  await steps.take('destroy', () => destroy(around, acting));
  return { skipped: observing.deployed.skipped, failoverOutageMs: figures.outageMs };
}

interface Made {
  readonly assembly: string;
  readonly deployed: Deployed;
}

function describe({ deployed: { made, resources } }: Made): string {
  return `${made} of ${Object.keys(resources).length} resources; the lab runs the code that was deployed`;
}

/** Deploys the project as it is now, and has the lab run what came of it. */
async function deploy(around: Surroundings, name: string): Promise<Made> {
  return bring(around, await around.toolkit.synth(name));
}

/** Deploys a cloud assembly, and has the lab run what came of it, in place of what ran before. */
async function bring({ moto, toolkit, world, scratch }: Surroundings, assembly: string): Promise<Made> {
  await toolkit.deploy(assembly);
  const deployed = await readStack(moto);
  const bucket = bucketOf(deployed);
  await expectCode(moto, deployed, bucket);
  world.rest();
  await deployTemplate(world, deployed.template, unpackFrom(moto, bucket, path.join(scratch, 'code')));
  await leadAnew(world);
  return { assembly, deployed };
}

async function redeploy(around: Surroundings, name: string, state: State): Promise<Made> {
  // What only observes has seen enough; two cores are few for both.
  around.world.rest();
  const made = await deploy(around, name);
  await expectState(around.moto, made.deployed, state);
  return made;
}

/** A later version of keepalambda, whose document is another one, with other settings. */
async function update(around: Surroundings, state: State): Promise<Made> {
  const { moto, world, toolkit, scratch } = around;
  const assembly = await toolkit.synth('update');
  const file = path.join(assembly, `${environmentName}.template.json`);
  const text = await readFile(file, 'utf8');
  const changed = text.replace('"set -u",', `"set -u",\n"echo ${MARK}",`);
  await writeFile(file, changed);
  // In one incident a node is repaired once: that of the failover must be over.
  await untilSteady(world);
  const made = await bring(around, assembly);
  await expectState(moto, made.deployed, state);
  await expectUpdate(
    moto,
    made.deployed,
    unpackFrom(moto, bucketOf(made.deployed), path.join(scratch, 'code')),
  );
  await expectDocument(moto, true);
  return made;
}

/** What was deployed before the update is deployed again. */
async function rollBack(around: Surroundings, before: Made, state: State): Promise<string> {
  const { moto, world } = around;
  const made = await bring(around, before.assembly);
  await expectState(moto, made.deployed, state);
  await expectDocument(moto, false);
  await expectHolder(world);
  return 'the document and the functions are those of before; db2 still holds the VIP and takes writes';
}

async function destroy(
  { moto, toolkit, world }: Surroundings,
  { assembly, deployed }: Made,
): Promise<string> {
  await toolkit.destroy(assembly);
  await expectGone(moto, deployed);
  await expectHolder(world);
  return 'nothing is left but the table, which must be kept; db2 still holds the VIP and takes writes';
}

async function expectDocument(moto: Moto, changed: boolean): Promise<void> {
  const content = await readDocument(moto, documentNames[document]);
  if (content.includes(MARK) === changed) return;
  throw notAsWanted(`the document ${document} ${changed ? 'of before' : 'of the update'}`, 'the other one');
}
