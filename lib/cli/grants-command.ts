/** `keepalambda grants`: the SQL of the account, and where its password goes. */
import { Command, Option } from 'commander';
import { newPassword } from '../aws/password.ts';
import type { Config } from '../core/config/config.ts';
import { configNamed } from './config-named.ts';
import { usage } from './errors.ts';
import { type GrantServer, grantServers } from './grants.ts';
import { type Parameter, renderGrants } from './render-grants.ts';

interface GrantsFlags {
  readonly server: GrantServer;
  readonly user: string;
  readonly from: string;
  readonly environment?: string;
  readonly pair?: string;
  readonly requireTls?: true;
}

/** Where nobody says which pair it is for. */
const somewhere: Parameter = { name: '/keepalambda/ENVIRONMENT/PAIR' };

export function grantsCommand(environments: string, tell: (text: string) => void): Command {
  return new Command('grants')
    .description(
      'Prints the SQL for the account and the table that keepalambda needs (no more rights than it uses), with a new password, and the command that stores it.',
    )
    .addOption(
      new Option('--server <kind>', 'the version of the server').choices(grantServers).default('mysql-8'),
    )
    .option('--user <name>', 'the account', 'keepalambda')
    .option('--from <pattern>', "where the probes are, as a host pattern of MySQL, such as '10.0.%'", '%')
    .option('--environment <name>', 'whose parameter gets the password')
    .option('--pair <name>', 'the pair of the environment, where it has several')
    .option('--require-tls', 'let it in with TLS only')
    .action(async ({ server, user, from, requireTls, environment, pair }: GrantsFlags) => {
      const parameter =
        environment === undefined
          ? somewhere
          : parameterOf(await configNamed(environments, environment), pair);
      const account = { user, host: from, requireTls: requireTls ?? false, password: newPassword() };
      tell(renderGrants(server, account, parameter));
    });
}

function parameterOf(config: Config, name: string | undefined): Parameter {
  const names = config.pairs.map((pair) => pair.name).join(', ');
  const pair =
    config.pairs.length === 1 && name === undefined
      ? config.pairs[0]
      : config.pairs.find((one) => one.name === name);
  if (pair) return { name: pair.credentials, region: config.region, key: pair.credentialsKey };
  throw usage(
    `--pair: got ${name ?? 'nothing'}; want one of ${names}. To fix it: name a pair of ${config.name}.`,
  );
}
