/**
 * The lab's AWS: EC2, SSM, SNS, DynamoDB, Lambda and STS on one endpoint, and Scheduler and EventBridge
 * inside. It stands in for the parts of AWS that keepalambda calls, and for their bad days.
 *
 * @example
 * const aws = await startAws({ subnets, instances, enis, tables, topicArns });
 * const ec2 = new EC2Client(aws.clientOptions());
 * aws.events.on('addressMoved', ({ address, instanceId }) => network.route(address, instanceId));
 * aws.faults.inject({ on: 'ec2:AssignPrivateIpAddresses', effect: { kind: 'throttle' }, times: 2 });
 */
import {
  type Authority,
  clientOptionsOf,
  functionEnvironmentOf,
  type LabClientOptions,
  operatorEnvironmentOf,
  writeAuthority,
} from './access.ts';
import { createDynamodb, type TableSpec } from './dynamodb.ts';
import { createEc2 } from './ec2.ts';
import {
  type Ec2Timing,
  Ec2World,
  type EniSpec,
  type GroupSpec,
  type InstanceSpec,
  type SubnetSpec,
} from './ec2-world.ts';
import { type AwsEndpoint, listen } from './endpoint.ts';
import { createEventBridge, type EventBridge } from './eventbridge.ts';
import { type AwsEvents, createEvents } from './events.ts';
import { type CallFault, createFaults, type Faults } from './faults.ts';
import { startGuardian } from './guardian.ts';
import { createGuard, type GuardParts, operatorCredentials } from './iam/guard.ts';
import type { Iam } from './iam/template.ts';
import { createLambda, type Lambda } from './lambda.ts';
import { defaultConcurrency } from './lambda-concurrency.ts';
import { type CpuChoice, createFunctionCpu } from './lambda-cpu.ts';
import type { FunctionSpec } from './lambda-process.ts';
import { createLambdaService } from './lambda-service.ts';
import { createLatencies, type LatencyAsked, type LatencySource } from './latencies.ts';
import { createScheduler, type RuleSpec, type Scheduler } from './scheduler.ts';
import { createSns, type Sns, type SubscriptionSpec } from './sns.ts';
import { createSsm, type DocumentSpec, type ParameterSpec, type Ssm } from './ssm.ts';
import type { Host, SsmTiming } from './ssm-command.ts';
import { createSts } from './sts.ts';
import { ownIdentity } from './tls.ts';

export type {
  AwsEvents,
  CallFault,
  DocumentSpec,
  EniSpec,
  Faults,
  FunctionSpec,
  Host,
  InstanceSpec,
  ParameterSpec,
  RuleSpec,
  SubnetSpec,
  TableSpec,
};

export interface AwsOptions {
  /** @default a free one */
  readonly port?: number;
  /** @default us-east-1 */
  readonly region?: string;
  /** @default 123456789012 */
  readonly account?: string;
  readonly subnets?: readonly SubnetSpec[];
  readonly instances?: readonly InstanceSpec[];
  readonly enis?: readonly EniSpec[];
  readonly groups?: readonly GroupSpec[];
  readonly ec2Timing?: Partial<Ec2Timing>;
  readonly parameters?: readonly ParameterSpec[];
  readonly documents?: readonly DocumentSpec[];
  readonly ssmTiming?: Partial<SsmTiming>;
  /** The host behind an instance, asked each time. @default reachable, with the lab's own PATH */
  readonly hostOf?: (instanceId: string) => Host;
  readonly topicArns?: readonly string[];
  /** Who has subscribed to the topics. @default nobody */
  readonly subscriptions?: readonly SubscriptionSpec[];
  readonly tables?: readonly TableSpec[];
  readonly functions?: readonly FunctionSpec[];
  /** What CPU functions get once they have loaded. @default whole */
  readonly cpu?: CpuChoice;
  /** How many invocations the account can run at once. @default 1000 */
  readonly concurrency?: number;
  readonly rules?: readonly RuleSpec[];
  /** Whether answers take as long as the real ones. @default none */
  readonly latency?: LatencyAsked;
  /** What the roles of the functions allow. @default everything */
  readonly iam?: Iam;
}

export interface Aws {
  /** Such as `https://127.0.0.1:40123`. */
  readonly endpoint: string;
  readonly region: string;
  readonly account: string;
  /** The operator's, who may do everything. Each function has credentials of its own. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The only authority for all that answer here. */
  readonly authority: Authority;
  /** What a client of the lab's own is made with. A request has any time, unless a limit is given. */
  clientOptions(requestTimeoutMs?: number): LabClientOptions;
  /** What the function of this name finds in its environment of AWS. */
  environmentOf(functionName: string): Readonly<Record<string, string>>;
  /** The environment that points an operator's SDK or AWS CLI here. */
  readonly environment: Readonly<Record<string, string>>;
  readonly events: AwsEvents;
  readonly faults: Faults;
  readonly ec2: Ec2World;
  readonly ssm: Ssm;
  readonly sns: Sns;
  readonly eventBridge: EventBridge;
  readonly lambda: Lambda;
  /** What CPU functions really get: `lambda`, `whole`, or `whole (no cgroup: …)`. */
  readonly functionCpu: string;
  readonly scheduler: Scheduler;
  /** A deployment: these functions replace those of their names, and their roles allow what `iam` says. */
  deploy(deployed: Pick<Required<AwsOptions>, 'functions' | 'documents' | 'iam'>): void;
  /** Ends everything, and leaves no process and no file behind. */
  close(): Promise<void>;
}

const defaultEc2Timing: Ec2Timing = { effectDelayMs: 200, staleReadMs: 0, bootMs: 1000, shutdownMs: 1000 };
const defaultSsmTiming: SsmTiming = {
  visibleAfterMs: 200,
  deliveryMs: 200,
  deliverySpreadMs: 0,
  secondMs: 1000,
  twice: 'no',
  crashAfterMs: null,
  rebootAfterMs: 60_000,
};

/** Starts it. Throws when the port is taken, or when the world does not fit together. */
export async function startAws(options: AwsOptions = {}): Promise<Aws> {
  const region = options.region ?? 'us-east-1';
  const account = options.account ?? '123456789012';
  const events = createEvents();
  const faults = createFaults();
  const latencies = createLatencies(options.latency ?? { kind: 'none' });
  const ec2 = worldOf(options, account, events, latencies);
  const guard = createGuard({
    iam: options.iam ?? null,
    surroundings: around(ec2, options, region, account),
    events,
  });
  const dynamodb = await createDynamodb(options.tables ?? []);
  const identity = await ownIdentity();
  const authority = await writeAuthority(identity.authority);
  const guardian = startGuardian(authority.directory);
  const sns = createSns(options.topicArns ?? [], events, options.subscriptions ?? []);
  const eventBridge = createEventBridge(events);
  const hostOf = options.hostOf ?? localHost;
  const ssmTiming = { ...defaultSsmTiming, ...options.ssmTiming };
  const ssm = createSsm({ world: ec2, events, guardian, hostOf, timing: ssmTiming });
  // The endpoint is known when it listens; no function runs before.
  let endpoint: AwsEndpoint | null = null;
  const place = () => ({ endpoint: endpoint?.url ?? '', region, authority });
  const awsEnvironment = (name: string) => ({
    ...functionEnvironmentOf(place()),
    ...guard.environmentOf(name),
  });
  const cpu = createFunctionCpu(options.cpu ?? 'whole', guardian);
  const concurrency = options.concurrency ?? defaultConcurrency;
  const shared = { region, account, events, faults };
  const lambda = createLambda({ ...shared, awsEnvironment, guardian, cpu, concurrency });
  const scheduler = createScheduler({ region, account, lambda, events, rules: options.rules ?? [] });
  const close = async () => {
    await endpoint?.close();
    scheduler.close();
    ec2.close();
    ssm.close();
    await lambda.close();
    await cpu.close();
    await guardian.close();
  };
  try {
    for (const parameter of options.parameters ?? []) ssm.putParameter(parameter);
    for (const document of options.documents ?? []) ssm.registerDocument(document);
    for (const spec of options.functions ?? []) lambda.register(spec);
    const own = [createEc2(ec2), ssm.service, sns.service, eventBridge.service, dynamodb];
    const services = [...own, createLambdaService(lambda), createSts(account)];
    endpoint = await listen(options.port ?? 0, { services, guard, latencies, identity, faults, events });
    return {
      ...place(),
      account,
      credentials: operatorCredentials,
      environmentOf: awsEnvironment,
      environment: operatorEnvironmentOf(place()),
      clientOptions: (requestTimeoutMs) => clientOptionsOf(place(), requestTimeoutMs),
      deploy(deployed) {
        guard.allow(deployed.iam);
        for (const document of deployed.documents) ssm.registerDocument(document);
        for (const spec of deployed.functions) lambda.register(spec);
      },
      events,
      faults,
      ec2,
      ssm,
      sns,
      eventBridge,
      lambda,
      functionCpu: cpu.given,
      scheduler,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What policies may ask of the things that calls are about. */
function around(
  ec2: Ec2World,
  { parameters = [] }: AwsOptions,
  region: string,
  account: string,
): GuardParts['surroundings'] {
  return {
    region,
    account,
    tagsOf: (id) => ec2.tagsOf(id),
    parameterKeyOf: (name) => parameters.find((parameter) => parameter.name === name)?.key ?? null,
    instanceOf: (eniId) => ec2.instanceOf(eniId),
  };
}

function worldOf(
  options: AwsOptions,
  account: string,
  events: AwsEvents,
  latencies: LatencySource,
): Ec2World {
  const real = options.latency?.kind === 'real' ? { effectDelayMs: latencies.effectMs } : {};
  return new Ec2World(
    {
      account,
      subnets: options.subnets ?? [],
      instances: options.instances ?? [],
      enis: options.enis ?? [],
      groups: options.groups ?? [],
      timing: { ...defaultEc2Timing, ...real, ...options.ec2Timing },
    },
    events,
  );
}

function localHost(): Host {
  return { reachable: true, environment: { PATH: process.env.PATH ?? '/usr/bin:/bin' } };
}
