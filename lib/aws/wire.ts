/**
 * The only place that makes clients: environment variables → the ports of watch and operate. The probe does
 * not come here; it has no AWS client at all.
 */
import { readFileSync } from 'node:fs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { type Config, readConfig } from '../core/config/config.ts';
import { renderFault } from '../core/fault.ts';
import { placeOf } from '../core/text/alert-text.ts';
import type { AlertPort } from '../watch/ports/alerts.ts';
import type { Ports } from '../watch/ports/ports.ts';
import {
  changingOptions,
  createSender,
  createStoreSender,
  lookingOptions,
  type RequestHandler,
  storeOptions,
} from './clients.ts';
import { createClock } from './clock.ts';
import { createStore } from './dynamodb/store.ts';
import { createVip } from './ec2/vip.ts';
import { withEvents } from './eventbridge.ts';
import { createIds } from './ids.ts';
import { createLog } from './log.ts';
import { createMetrics } from './metrics.ts';
import { createDatabase } from './probe-client/database.ts';
import { createAlerts } from './sns.ts';
import { createAccounts } from './ssm/accounts.ts';
import { createCredentials } from './ssm/credentials.ts';
import { createHost } from './ssm/host.ts';
import { parseVariables, type Variables } from './wire-variables.ts';

/** What a handler works with. */
export interface Wired {
  readonly config: Config;
  readonly ports: Ports;
}

/**
 * Makes everything, once a process: the clients keep their connections between invocations. Makes no call.
 * Throws an error that lists every fault of the variables, or of the configuration file.
 *
 * @example const { config, ports } = wire(process.env, 'watch');
 */
export function wire(environment: Environment, functionName: string): Wired {
  const variables = parseVariables(environment);
  const config = readConfigFile(variables.KEEPALAMBDA_CONFIG_FILE);
  const clock = createClock();
  return {
    config,
    ports: createPorts(config, variables, {
      clock,
      log: createLog(config.name, functionName),
      metrics: createMetrics(config.name, clock, config.metrics),
      sender: createSender(),
      storeSender: createStoreSender(),
    }),
  };
}

/** The environment variables of a function. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the ports are made with. */
export interface Means extends Pick<Ports, 'clock' | 'log' | 'metrics'> {
  /** One for all clients: a change of EC2 or SSM finds the connection that a look has opened. */
  readonly sender: RequestHandler;
  readonly storeSender: RequestHandler;
}

/** The ports, by clients that send with `means`. */
export function createPorts(config: Config, variables: Variables, means: Means): Ports {
  const { clock, log, metrics, sender, storeSender } = means;
  const ids = createIds();
  const looking = {
    ssm: new SSMClient(lookingOptions(sender)),
    ec2: new EC2Client(lookingOptions(sender)),
  };
  const changing = {
    ssm: new SSMClient(changingOptions(sender)),
    ec2: new EC2Client(changingOptions(sender)),
  };
  return {
    clock,
    ids,
    log,
    metrics,
    vip: createVip({
      looking: looking.ec2,
      changing: changing.ec2,
      clock,
      pairs: config.pairs,
      subnets: config.subnets,
    }),
    database: createDatabase({
      lambda: new LambdaClient(changingOptions(sender)),
      functions: variables.PROBE_FUNCTIONS,
      credentials: createCredentials(looking.ssm, clock, log),
      clock,
    }),
    host: createHost({
      looking: looking.ssm,
      changing: changing.ssm,
      clock,
      documents: variables.DOCUMENTS,
    }),
    accounts: createAccounts(looking.ssm, changing.ssm),
    alerts: createAllAlerts(config, variables, means),
    store: createStore({
      client: new DynamoDBClient(storeOptions(storeSender)),
      name: variables.TABLE_NAME,
      ids,
      clock,
      log,
    }),
  };
}

/** Mails and, where there is a bus, events. */
function createAllAlerts(
  config: Config,
  { TOPIC_ARN, ACCOUNT_ID }: Variables,
  { sender, log }: Means,
): AlertPort {
  const place = placeOf(config, ACCOUNT_ID);
  const topics = { alerts: TOPIC_ARN, escalations: config.escalationTopicArn };
  const mails = createAlerts(new SNSClient(lookingOptions(sender)), topics, place);
  if (config.eventBus === 'none') return mails;
  const client = new EventBridgeClient(lookingOptions(sender));
  return withEvents(mails, { client, bus: config.eventBus, place, log });
}

/** The configuration in the file. Throws an error that lists every fault, not only the first. */
function readConfigFile(file: string): Config {
  const parsed = readConfig(readJson(file));
  switch (parsed.kind) {
    case 'valid':
      return parsed.value;
    case 'faulty':
      throw new Error(
        [
          `the configuration in ${file} has faults:`,
          ...parsed.faults.map((one) => `- ${renderFault(one)}`),
        ].join('\n'),
      );
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const remedy =
      'deploy the stack again: it puts the file there as a layer, or set KEEPALAMBDA_CONFIG_FILE';
    throw new Error(`the configuration in ${file} cannot be read as JSON: ${remedy}`, { cause });
  }
}
