/** The two commands of the road, `npx cdk` and `npx keepalambda`, given in a project. */
import path from 'node:path';
import type { Aws } from '../../lab/aws/start.ts';
import { environmentName } from '../../lab/deployment.ts';
import { type Commands, runCommand, type Said, tryCommand } from './commands.ts';
import type { Moto } from './moto.ts';
import type { Project } from './project.ts';

export interface Toolkit {
  /** `cdk bootstrap`, from a directory without an app. */
  bootstrap(place: string): Promise<void>;
  /** `cdk synth`: the cloud assembly is in the directory of this name, which it gives back. */
  synth(name: string): Promise<string>;
  /** `cdk deploy`, of a cloud assembly. */
  deploy(assembly: string): Promise<void>;
  destroy(assembly: string): Promise<void>;
  /** `keepalambda WORDS`, against the lab's AWS. Whatever its exit code. */
  keepalambda(words: readonly string[]): Promise<Said>;
}

export interface ToolkitOptions {
  readonly project: Project;
  readonly moto: Moto;
  readonly aws: Aws;
  /** For cloud assemblies, and what the CLI keeps. */
  readonly scratch: string;
  readonly hear: (line: string) => void;
}

/** The CDK is pointed at moto, keepalambda at the lab, and neither at anything else. */
export function createToolkit({ project, moto, aws, scratch, hear }: ToolkitOptions): Toolkit {
  const own = {
    HOME: scratch,
    // In a project of one's own they are where the command is given.
    ...(project.from === 'clone' ? { KEEPALAMBDA_ENVIRONMENTS: project.environments } : {}),
    CDK_HOME: path.join(scratch, 'cdk-home'),
    CDK_DISABLE_VERSION_CHECK: '1',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
  };
  const commands: Commands = { cwd: project.directory, env: { ...own, ...moto.environment }, hear };
  const cdk = async (words: readonly string[], cwd = project.directory): Promise<void> => {
    const quiet = ['--no-notices', '--no-color', '--ci'];
    await runCommand({ ...commands, cwd }, process.execPath, [project.cdk, ...words, ...quiet]);
  };
  return {
    bootstrap: (place) => cdk(['bootstrap', place], scratch),
    async synth(name) {
      const assembly = path.join(scratch, name);
      await cdk(['synth', environmentName, '--quiet', '--output', assembly]);
      return assembly;
    },
    deploy: (assembly) => cdk(['deploy', environmentName, '--app', assembly, '--require-approval', 'never']),
    destroy: (assembly) => cdk(['destroy', environmentName, '--app', assembly, '--force']),
    keepalambda: (words) =>
      tryCommand({ ...commands, env: { ...own, ...aws.environment } }, process.execPath, [
        project.keepalambda,
        ...words,
      ]),
  };
}
