/** What SSM says: the bootstrap's version, the parameters of the pairs, and the agents on the hosts. */
import {
  GetParameterCommand,
  paginateDescribeInstanceInformation,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import { awsErrorName } from '../../aws/errors.ts';
import { parseAuthority, parseParameter } from '../../aws/ssm/credentials.ts';
import type { Config } from '../../core/config/config.ts';
import type { Answer, Answers, ParameterAnswer } from '../../core/deployment-check/answers.ts';
import { membersOf } from '../../core/deployment-check/rule.ts';
import { parameterNamesOf } from '../../core/deployment-check/rules-hosts.ts';
import type { Asking } from './asking.ts';

const BOOTSTRAP = '/cdk-bootstrap/hnb659fds/version';
/** SSM takes 100 values in a filter. */
const INSTANCES_A_CALL = 100;

type SsmAnswers = Pick<Answers, 'parameters' | 'bootstrapVersion' | 'agents'>;

export async function readSsm(ssm: SSMClient, config: Config, asking: Asking): Promise<SsmAnswers> {
  const [bootstrap, agents, ...parameters] = await Promise.all([
    readBootstrap(ssm, asking),
    readAgents(ssm, config, asking),
    ...parameterNamesOf(config).map(
      async (name) => [name, await readOne(ssm, config, name, asking)] as const,
    ),
  ]);
  const read = parameters.flatMap(([name, answer]) => (answer === null ? [] : [[name, answer] as const]));
  return { bootstrapVersion: bootstrap, agents, parameters: new Map(read) };
}

async function readBootstrap(ssm: SSMClient, asking: Asking): Promise<Answers['bootstrapVersion']> {
  return asking.ask('ssm:GetParameter', async () => {
    const parameter = await getParameter(ssm, BOOTSTRAP);
    return { version: parameter === null ? null : Number(parameter.value) };
  });
}

/** What the parameter holds is judged here and goes no further. */
async function readOne(
  ssm: SSMClient,
  config: Config,
  name: string,
  asking: Asking,
): Promise<Answer<ParameterAnswer>> {
  const isAccount = config.pairs.some(({ credentials }) => credentials === name);
  return asking.ask('ssm:GetParameter', async (): Promise<ParameterAnswer> => {
    const parameter = await getParameter(ssm, name);
    if (parameter === null) return { kind: 'missing' };
    const parse = isAccount ? parseParameter : parseAuthority;
    return { kind: 'read', type: parameter.type, fault: faultOf(() => parse(name, parameter.value)) };
  });
}

function faultOf(parse: () => unknown): string | null {
  try {
    parse();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Null: there is none of this name. */
async function getParameter(
  ssm: SSMClient,
  name: string,
): Promise<{ readonly type: string; readonly value: string } | null> {
  try {
    const answer = await ssm.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
    return { type: answer.Parameter?.Type ?? '', value: answer.Parameter?.Value ?? '' };
  } catch (error) {
    if (awsErrorName(error) === 'ParameterNotFound') return null;
    throw error;
  }
}

async function readAgents(
  ssm: SSMClient,
  config: Config,
  asking: Asking,
): Promise<Answer<ReadonlyMap<string, string>>> {
  const ids = membersOf(config).map(({ node }) => node.instanceId);
  return asking.ask('ssm:DescribeInstanceInformation', async () => {
    const found = new Map<string, string>();
    for (let start = 0; start < ids.length; start += INSTANCES_A_CALL) {
      const Filters = [{ Key: 'InstanceIds', Values: ids.slice(start, start + INSTANCES_A_CALL) }];
      for await (const page of paginateDescribeInstanceInformation({ client: ssm }, { Filters })) {
        for (const { InstanceId, PingStatus } of page.InstanceInformationList ?? [])
          found.set(InstanceId ?? '', PingStatus ?? 'unknown');
      }
    }
    return found;
  });
}
