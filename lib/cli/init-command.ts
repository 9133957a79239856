/** `keepalambda init`: what it takes, and what comes next. */
import { Command } from 'commander';
import { nearPath } from '../stack/place.ts';
import { init, type Written } from './init.ts';
import type { InitWords } from './init-flags.ts';
import { writeProject } from './project.ts';

export function initCommand(environments: string, tell: (text: string) => void): Command {
  const many = (value: string, before: readonly string[]) => [...before, value];
  const none: readonly string[] = [];
  return (
    new Command('init')
      .description(
        'Writes the file of an environment: asks for what the flags leave open, offers what EC2 knows, checks it, and writes it if it is right.',
      )
      .argument('<name>', 'the environment, such as prod')
      .option('--description <text>', 'one line for cdk ls and the console', '')
      .option('--account <id>', "the account to deploy to (default: the CLI's own)", '')
      .option('--region <region>', 'such as eu-central-1', '')
      .option('--vpc <id>', 'vpc-…', '')
      .option('--subnet <name=id,range,zone>', 'a subnet of nodes or probes; repeat it', many, none)
      .option('--vantage <name>', 'a subnet to look from; repeat it (default: all, up to three)', many, none)
      .option('--probe-group <id>', 'a security group of the probes (sg-…); repeat it', many, none)
      .option('--subscriber <e-mail>', 'an e-mail address that gets the alerts; repeat it', many, none)
      .option('--pair <name>', 'what people call the pair, such as orders', '')
      .option('--vip <address>', 'a free address of the subnet of the nodes', '')
      .option('--node <name=instance,interface,address>', 'one of the two masters; repeat it', many, none)
      .option(
        '--credentials <parameter>',
        'the SSM parameter with user and password (default: /keepalambda/NAME/PAIR)',
        '',
      )
      .option(
        '--tls-authority <file>',
        'the certificate (PEM) of the authority of both servers; where each has its own, both in one file',
        '',
      )
      .option('--no-tls', 'statements and answers cross the VPC in the clear; this or --tls-authority')
      .option(
        '--set <setting=value>',
        'another setting of the pair, such as fencing=stop-instance or settings.lagLimitSeconds=60; repeat it',
        many,
        none,
      )
      // What each is for says what happens without it.
      .configureHelp({ optionDescription: (option) => option.description })
      .addHelpText('after', initExample)
      .action(async (name: string, words: InitWords) => {
        const written = await init(environments, name, words);
        const project = writeProject(process.cwd()) === null ? '' : ' and cdk.json';
        tell(nextSteps(name, `${nearPath(written.file)}${project}`, written.authority));
      })
  );
}

function nextSteps(name: string, written: string, authority: Written['authority']): string {
  return [
    `Written: ${written}. Next:`,
    ...(authority === null
      ? []
      : [
          `  aws ssm put-parameter --region ${authority.region} --type SecureString --name ${authority.parameter} --value file://${authority.file}`,
        ]),
    `  npx keepalambda grants --environment ${name}   the account on MySQL, and where its password goes`,
    `  npx keepalambda check ${name}                  what is still wrong in the account`,
    `  npx cdk deploy ${name}                         it observes, and changes nothing`,
  ].join('\n');
}

const initExample = `
Without flags it asks, one thing at a time. Example:
  npx keepalambda init prod --region eu-central-1 --vpc vpc-0c1d2e3f405162738 \\
    --subnet a=subnet-0c1d2e3f405162738,10.1.1.0/24,eu-central-1a --probe-group sg-0c1d2e3f405162738 \\
    --subscriber oncall@example.com --pair orders --vip 10.1.1.10 \\
    --node db1=i-0c1d2e3f405162738,eni-0c1d2e3f405162738,10.1.1.11 \\
    --node db2=i-0d1e2f30415263748,eni-0d1e2f30415263748,10.1.1.12 \\
    --tls-authority ca.pem`;
