/** The commands of `keepalambda`, and what each says of itself. */
import { relative } from 'node:path';
import { Command, Option } from 'commander';
import { environmentsDirectory } from '../stack/place.ts';
import { exportCommand } from './export-command.ts';
import { type GrantServer, grantServers } from './grants.ts';
import { init } from './init.ts';
import type { InitWords } from './init-flags.ts';
import { complete } from './init-questions.ts';
import { writeProject } from './project.ts';
import { renderGrants } from './render-grants.ts';

/** The program; `tell` gets what is its result. */
export function createProgram(tell: (text: string) => void): Command {
  const program = new Command('keepalambda')
    .description('keepalived for MySQL dual masters on AWS: without a daemon on any host.')
    .showHelpAfterError('(see --help)');
  program.addCommand(initCommand(tell));
  program.addCommand(grantsCommand(tell));
  program.addCommand(exportCommand(tell));
  return program;
}

function initCommand(tell: (text: string) => void): Command {
  const many = (value: string, before: readonly string[]) => [...before, value];
  const none: readonly string[] = [];
  return (
    new Command('init')
      .description(
        'Writes environments/NAME.ts: asks for what the flags leave open, checks it, and writes it if it is right.',
      )
      .argument('<name>', 'of the environment, such as prod')
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
        '--set <setting=value>',
        'another setting of the pair, such as fencing=stop-instance or settings.lagLimitSeconds=60; repeat it',
        many,
        none,
      )
      // What each is for says what happens without it.
      .configureHelp({ optionDescription: (option) => option.description })
      .addHelpText('after', initExample)
      .action(async (name: string, words: InitWords) => {
        const file = await init(environmentsDirectory(), name, await complete(words));
        const near = relative(process.cwd(), file);
        const project = writeProject(process.cwd()) === null ? '' : ', and cdk.json';
        tell(
          `${near.startsWith('..') ? file : near} is written${project}. Next: npx cdk synth ${name}, and npx keepalambda grants`,
        );
      })
  );
}

const initExample = `
Example:
  keepalambda init prod --region eu-central-1 --vpc vpc-0a1b2c3d4e5f60718 \\
    --subnet a=subnet-0a1b2c3d4e5f60718,10.0.1.0/24,eu-central-1a --probe-group sg-0a1b2c3d4e5f60718 \\
    --subscriber oncall@example.com --pair orders --vip 10.0.1.10 \\
    --node db1=i-0a1b2c3d4e5f60718,eni-0a1b2c3d4e5f60718,10.0.1.11 \\
    --node db2=i-0b1c2d3e4f5061728,eni-0b1c2d3e4f5061728,10.0.1.12`;

interface GrantsFlags {
  readonly server: GrantServer;
  readonly user: string;
  readonly from: string;
  readonly requireTls?: true;
}

function grantsCommand(tell: (text: string) => void): Command {
  return new Command('grants')
    .description(
      'Prints the SQL for the account and the table that keepalambda needs: no more rights than it uses.',
    )
    .addOption(
      new Option('--server <kind>', 'the version of the server').choices(grantServers).default('mysql-8'),
    )
    .option('--user <name>', 'the account', 'keepalambda')
    .option('--from <pattern>', "where the probes are, as a host pattern of MySQL, such as '10.0.%'", '%')
    .option('--require-tls', 'let it in with TLS only')
    .action(({ server, user, from, requireTls }: GrantsFlags) =>
      tell(renderGrants(server, { user, host: from, requireTls: requireTls ?? false })),
    );
}
