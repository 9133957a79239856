/** What is read and done through SSM: parameters, and the agents on the hosts. */
import type { Config, Pair } from '../config/config.ts';
import { secretIdOf } from '../config/secret-parameter.ts';
import type { Answers } from './answers.ts';
import { awsCommand, type Difference, type Rule, subjectOf } from './rule.ts';

function agentDifferences(
  config: Config,
  { agents }: Answers,
  concerns: (pair: Pair) => string | null,
): readonly Difference[] {
  if (agents === null) return [];
  return config.pairs.flatMap((pair) => {
    const need = concerns(pair);
    if (need === null) return [];
    return pair.nodes.flatMap((node) => {
      const ping = agents.get(node.instanceId);
      if (ping === 'Online') return [];
      const words = `ssm describe-instance-information --filters Key=InstanceIds,Values=${node.instanceId}`;
      return [
        {
          subject: subjectOf({ pair, node }),
          got: `the SSM agent of ${node.instanceId} ${ping ? `is ${ping}` : 'is not registered'}`,
          want: `Online, because of ${need}`,
          fix: `give the instance a profile with AmazonSSMManagedInstanceCore and a way to SSM, start amazon-ssm-agent, then: ${awsCommand(config, words)}`,
        },
      ];
    });
  });
}

/** Every parameter that a pair names: the account and, where there is one, the authority. */
export function parameterNamesOf(config: Config): readonly string[] {
  const names = config.pairs.flatMap(({ credentials, tlsAuthority }) => [credentials, tlsAuthority ?? []]);
  return [...new Set(names.flat())];
}

/** How to write the parameter: a certificate is a file, an account gets a password that nobody knows. */
function write(config: Config, name: string): string {
  const pair = config.pairs.find(({ credentials }) => credentials === name);
  if (pair?.hostWork && secretIdOf(name) === null)
    return `npx keepalambda setup ${pair.name} --env ${config.name} makes it, once the environment is deployed`;
  return pair
    ? `npx keepalambda grants --environment ${config.name} prints the command, with a new password`
    : awsCommand(config, `ssm put-parameter --type SecureString --name ${name} --value file://ca.pem`);
}

/** How to put right what the parameter holds: the account is there already, and keeps its password. */
function rewrite(config: Config, name: string): string {
  const value = `'{"user":"…","password":"…"}'`;
  if (wanted(config, name) === CERTIFICATE) return `${write(config, name)} --overwrite`;
  const secret = secretIdOf(name);
  return awsCommand(
    config,
    secret === null
      ? `ssm put-parameter --overwrite --name ${name} --value ${value}`
      : `secretsmanager put-secret-value --secret-id ${secret} --secret-string ${value}`,
  );
}

const CERTIFICATE = 'a certificate in PEM';

/** What a parameter of this name holds. */
function wanted(config: Config, name: string): string {
  const isAccount = config.pairs.some(({ credentials }) => credentials === name);
  return isAccount ? '{"user":"…","password":"…"} as a SecureString' : CERTIFICATE;
}

export const hostRules: readonly Rule[] = [
  {
    id: 'parameter-missing',
    severity: 'danger',
    why: 'the probes cannot log in: nothing is seen of either node',
    differences: (config, { parameters }) =>
      parameterNamesOf(config)
        .filter((name) => parameters.get(name)?.kind === 'missing')
        .map((name) => ({
          subject: name,
          got: `no parameter of this name in ${config.region}`,
          want: wanted(config, name),
          fix: write(config, name),
        })),
  },
  {
    id: 'parameter-malformed',
    severity: 'danger',
    why: 'the probes cannot log in: nothing is seen of either node',
    differences: (config, { parameters }) =>
      parameterNamesOf(config).flatMap((name) => {
        const read = parameters.get(name);
        if (read?.kind !== 'read' || read.fault === null) return [];
        return [{ subject: name, got: read.fault, want: wanted(config, name), fix: rewrite(config, name) }];
      }),
  },
  {
    id: 'parameter-in-the-clear',
    severity: 'warning',
    why: 'everybody who may read parameters can read the password',
    differences: (config, { parameters }) =>
      config.pairs.flatMap(({ credentials }) => {
        const read = parameters.get(credentials);
        if (read?.kind !== 'read' || read.type === 'SecureString') return [];
        return [
          {
            subject: credentials,
            got: `a parameter of the type ${read.type}`,
            want: 'SecureString',
            fix: `${awsCommand(config, `ssm delete-parameter --name ${credentials}`)}, then ${write(config, credentials)}`,
          },
        ];
      }),
  },
  {
    id: 'agent-offline',
    severity: 'danger',
    why: 'a failover moves the VIP and then cannot bind it on the host: clients reach nothing',
    differences: (config, answers) =>
      agentDifferences(config, answers, ({ hostAddress }) =>
        hostAddress === 'ssm' ? "hostAddress: 'ssm'" : null,
      ),
  },
  {
    id: 'agent-offline-for-repair',
    severity: 'warning',
    why: 'what is to be restarted on a lost node is not restarted',
    differences: (config, answers) =>
      agentDifferences(config, answers, ({ hostAddress, repair }) =>
        hostAddress !== 'ssm' && repair.length > 0 ? `repair: [${repair.join(', ')}]` : null,
      ),
  },
];
