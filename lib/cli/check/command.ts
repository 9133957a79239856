/** `keepalambda check NAME`: an environment beside what AWS says, with the credentials of the person who asks. */
import { Command } from 'commander';
import { exitCodeOf, renderFindings } from '../../core/alert/finding.ts';
import { checkDeployment } from '../../core/deployment-check/check-deployment.ts';
import { environmentNamed } from '../config-named.ts';
import type { Io } from '../io.ts';

/** The command; its exit code is that of the worst finding. */
export function checkCommand(environments: string, io: Pick<Io, 'tell' | 'exitWith'>): Command {
  return new Command('check')
    .description(
      'Compares the file of an environment with what AWS says, before and after deploying. Reads, with your own credentials; changes nothing.',
    )
    .argument('<name>', 'the environment, such as prod')
    .option('--json', 'the findings as JSON')
    .addHelpText('after', help)
    .action(async (name: string, { json }: { readonly json?: true }) => {
      const { config, file } = await environmentNamed(environments, name);
      // SDK and CDK take long to load, and few other commands need them.
      const { readAnswers, readShellRegion } = await import('./read-answers.ts');
      const { overLimits } = await import('./measure-stack.ts');
      const read = await readAnswers(config, await readShellRegion());
      const answers = { ...read, overLimits: overLimits(config) };
      const findings = checkDeployment({ ...config, file }, answers);
      io.tell(json ? JSON.stringify({ environment: name, findings }, null, 2) : renderFindings(findings));
      io.exitWith(exitCodeOf(findings));
    });
}

const help = `
Exit codes: 0 nothing found (or hints only), 1 a danger, 4 AWS cannot be reached, 5 warnings only.
docs/check.md lists every finding. The parameters of the pairs are read, to check what they hold, and never printed.
Once the stack is deployed, its read function examines the servers, as doctor does.`;
