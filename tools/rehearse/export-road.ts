/**
 * The road of those who deploy without the CDK: `keepalambda export`, the archives into a bucket of one's own, CloudFormation with the
 * template and its parameters. The lab runs what that deployed, a failover is played, and the stack is deleted.
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { deployTemplate } from '../../lab/deployed.ts';
import { environmentName } from '../../lab/deployment.ts';
import { ask, query } from './ask.ts';
import { expectCode, unpackFrom } from './code.ts';
import { act } from './environment.ts';
import { death, expectHolder, oldHolderBack } from './episodes.ts';
import { leadAnew } from './lead.ts';
import type { Moto } from './moto.ts';
import { prepare, type Surroundings } from './prepare.ts';
import type { Travelled } from './road.ts';
import { type Deployed, expectGone, readStack, stackName } from './stack.ts';
import type { Steps } from './steps.ts';
import { notAsWanted } from './wrong.ts';

/** A bucket of one's own, and what stands before the names in it. */
const bucket = 'code-of-the-rehearsal';
const prefix = 'keepalambda/';

/** Goes along it. Throws for the first step that does not leave the world as it must. */
export async function travelByExport(around: Surroundings, steps: Steps): Promise<Travelled> {
  const { project, world, toolkit, moto, story } = around;
  await prepare(around, steps);
  await act(project.file);
  const directory = await steps.take('export', () => exportInto(around), path.basename);
  await steps.take('upload', () => upload(moto, directory));
  const deployed = await steps.take(
    'deploy-export',
    () => deploy(around),
    ({ made, resources }) => `${made} of ${Object.keys(resources).length} resources`,
  );
  const figures = await steps.take(
    'fault-failover',
    () => death(world, story),
    ({ outageMs, lost }) => `db2 took over; ${outageMs} ms without a write, ${lost} writes lost`,
  );
  await steps.take('old-holder-back', () => oldHolderBack(world, toolkit));
  world.rest();
  await steps.take('delete', async () => {
    await query(moto, 'cloudformation', 'DeleteStack', { StackName: stackName });
    await expectGone(moto, deployed);
    await expectHolder(world);
    return 'nothing is left but the table; db2 still holds the VIP and takes writes';
  });
  return { skipped: deployed.skipped, failoverOutageMs: figures.outageMs };
}

async function exportInto({ toolkit, scratch }: Surroundings): Promise<string> {
  const directory = path.join(scratch, 'export');
  const { code } = await toolkit.keepalambda(['export', environmentName, directory]);
  if (code === 0) return directory;
  throw notAsWanted(`export, which ends with ${code}`, 'a template and its archives');
}

/** As `aws s3 cp` does it; the template is there too, because it is too long for a request. */
async function upload(moto: Moto, directory: string): Promise<string> {
  const put = (key: string, body?: Buffer<ArrayBuffer>) =>
    ask(moto, { service: 's3', method: 'PUT', path: `/${bucket}${key}`, ...(body ? { body } : {}) });
  await put('');
  const names = await readdir(directory);
  for (const name of names) await put(`/${prefix}${name}`, await readFile(path.join(directory, name)));
  return `${names.length} files`;
}

async function deploy({ moto, world, scratch }: Surroundings): Promise<Deployed> {
  await query(moto, 'cloudformation', 'CreateStack', {
    StackName: stackName,
    TemplateURL: `${moto.endpoint}/${bucket}/${prefix}${environmentName}.template.json`,
    'Capabilities.member.1': 'CAPABILITY_NAMED_IAM',
    'Parameters.member.1.ParameterKey': 'CodeBucket',
    'Parameters.member.1.ParameterValue': bucket,
    'Parameters.member.2.ParameterKey': 'CodePrefix',
    'Parameters.member.2.ParameterValue': prefix,
  });
  const deployed = await readStack(moto);
  const place = path.posix.join(bucket, prefix);
  await expectCode(moto, deployed, place);
  await deployTemplate(world, deployed.template, unpackFrom(moto, place, path.join(scratch, 'code')));
  await leadAnew(world);
  return deployed;
}
