/** What every road begins with, whichever way is then deployed: an environment file, and an account that is ready for it. */
import path from 'node:path';
import { environmentName } from '../../lab/deployment.ts';
import type { Story } from '../../lab/story.ts';
import { type LabWorld, putAccount } from '../../lab/world.ts';
import { initWords } from './environment.ts';
import type { Moto } from './moto.ts';
import type { Project } from './project.ts';
import type { Steps } from './steps.ts';
import type { Toolkit } from './toolkit.ts';
import { notAsWanted } from './wrong.ts';

export interface Surroundings {
  readonly project: Project;
  readonly moto: Moto;
  readonly world: LabWorld;
  readonly toolkit: Toolkit;
  /** For what is taken back. */
  readonly scratch: string;
  readonly story: Story;
}

/** From nothing to an environment file that is right, and an account that has what it names. */
export async function prepare({ project, world, toolkit }: Surroundings, steps: Steps): Promise<void> {
  await steps.take('init', async () => {
    const { code } = await toolkit.keepalambda(initWords(world));
    if (code !== 0) throw notAsWanted(`init, which ends with ${code}`, 'an environment file');
    return path.basename(project.file);
  });
  await steps.take('check-red', () => check(toolkit, 1, ['parameter-missing']));
  await steps.take('fix', async () => {
    putAccount(world.aws);
    return 'the parameter is stored';
  });
  await steps.take('check-green', () => check(toolkit, 0, []));
}

/** Whether check ends with this code, and finds just these dangers and warnings. */
async function check(toolkit: Toolkit, wanted: number, ids: readonly string[]): Promise<string> {
  const { code, out } = await toolkit.keepalambda(['check', environmentName, '--json']);
  const { findings } = JSON.parse(out) as { findings: { readonly id: string; readonly severity: string }[] };
  const found = findings.filter(({ severity }) => severity !== 'hint').map(({ id }) => id);
  if (code === wanted && found.join() === ids.join())
    return `${found.join(', ') || 'nothing found'} (${code})`;
  throw notAsWanted(
    `check with ${found.join(', ') || 'nothing'} (${code})`,
    `${ids.join(', ') || 'nothing'} (${wanted})`,
  );
}
