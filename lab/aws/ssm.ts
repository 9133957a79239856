/** SSM: parameters, and Run Command with the documents that the stack synthesises. */
import { randomUUID } from 'node:crypto';
import { ApiError, type ApiRequest, json, jsonError, type Service, unknownAction } from './api.ts';
import type { Ec2World } from './ec2-world.ts';
import type { AwsEvents } from './events.ts';
import type { Guardian } from './guardian.ts';
import {
  type CommandParts,
  carryOut,
  type Host,
  type Invocation,
  killScript,
  type SsmTiming,
} from './ssm-command.ts';
import { checkDocument, type DocumentContent, scriptOf } from './ssm-document.ts';
import { Crashes, Reboots } from './ssm-reboots.ts';

export interface ParameterSpec {
  /** A path, or `/aws/reference/secretsmanager/NAME` for a secret. */
  readonly name: string;
  readonly value: string;
  /** @default SecureString */
  readonly type?: 'String' | 'SecureString';
  /** The ARN of the key that encrypts it. @default AWS's own, which everybody in the account may use */
  readonly key?: string;
}

export interface DocumentSpec {
  readonly name: string;
  readonly content: DocumentContent;
}

export interface Ssm {
  readonly service: Service;
  readonly timing: SsmTiming;
  /** Sets a parameter, or a secret under `/aws/reference/secretsmanager/`. */
  putParameter(parameter: ParameterSpec): void;
  /** Throws for a document that SSM would not take. */
  registerDocument(document: DocumentSpec): void;
  /** Every command sent, oldest first. */
  readonly commands: readonly Invocation[];
  /** The hosts that crashed in the middle of a document, as `INSTANCE DOCUMENT`. */
  readonly crashed: ReadonlySet<string>;
  close(): void;
}

export interface SsmParts {
  readonly world: Ec2World;
  readonly events: AwsEvents;
  readonly guardian: Guardian;
  readonly hostOf: (instanceId: string) => Host;
  readonly timing: SsmTiming;
}

interface Stored {
  readonly value: string;
  readonly type: 'String' | 'SecureString';
  readonly version: number;
  readonly atMs: number;
}

const inTurns = ['at-once', 'afterwards'] as const;
const secrets = '/aws/reference/secretsmanager/';

/** The SSM service. */
export function createSsm(parts: SsmParts): Ssm {
  const parameters = new Map<string, Stored>();
  /** The versions of each document. As on AWS at its worst, a newer version does not become the default one. */
  const documents = new Map<string, readonly DocumentContent[]>();
  const commands: Invocation[] = [];
  const timing = { ...parts.timing };
  let closed = false;
  const crashes = new Crashes(parts.hostOf, timing);
  const reboots = new Reboots(parts.hostOf, timing, () => closed);
  const commandParts: CommandParts = {
    hostOf: parts.hostOf,
    timing,
    guardian: parts.guardian,
    isClosed: () => closed,
    crashOf: (invocation) => crashes.of(invocation),
    rebootOf: (instanceId) => reboots.of(instanceId),
    onChange: ({ commandId, instanceId, document, state }) =>
      parts.events.emit('command', { commandId, instanceId, document, statusDetails: state.details }),
  };
  const actions: Readonly<Record<string, (input: never) => unknown>> = {
    GetParameter: (input: GetParameterInput) => getParameter(parameters, input),
    PutParameter: (input: PutParameterInput) => putParameter(parameters, input),
    SendCommand: (input: SendCommandInput) => {
      const sent = prepare(documents, parts.world, input);
      commands.push(...sent);
      const limit = input.TimeoutSeconds ?? 3600;
      for (const invocation of sent) {
        const first = carryOut(invocation, limit, commandParts);
        const again = () => carryOut({ ...invocation }, limit, { ...commandParts, onChange: () => {} });
        const twice = timing.twice === 'both' ? inTurns[commands.length % 2] : timing.twice;
        if (twice === 'at-once') void again();
        if (twice === 'afterwards') void first.then(again);
      }
      return renderCommand(sent, input);
    },
    DescribeInstanceInformation: (input: InformationInput) => describeAgents(parts, input),
    GetCommandInvocation: (input: InvocationInput) => getInvocation(commands, timing, input),
  };
  return {
    service: serviceOf(actions),
    timing,
    commands,
    crashed: crashes.done,
    putParameter({ name, value, type = 'SecureString' }) {
      const version = (parameters.get(name)?.version ?? 0) + 1;
      parameters.set(name, { value, type, version, atMs: Date.now() });
    },
    registerDocument({ name, content }) {
      checkDocument(name, content);
      documents.set(name, [...(documents.get(name) ?? []), content]);
    },
    close() {
      closed = true;
      for (const invocation of commands) killScript(invocation);
    },
  };
}

function serviceOf(actions: Readonly<Record<string, (input: never) => unknown>>): Service {
  return {
    name: 'ssm',
    actionOf: (request: ApiRequest) => String(request.headers['x-amz-target'] ?? '').split('.')[1] ?? '',
    async handle(action, request) {
      const run = actions[action];
      if (!run) throw unknownAction('ssm', action);
      return json(run(JSON.parse(request.body.toString('utf8') || '{}') as never));
    },
    renderError: jsonError,
    throttled: new ApiError('ThrottlingException', 'Rate exceeded'),
    denied: (why) => new ApiError('AccessDeniedException', why),
  };
}

interface GetParameterInput {
  readonly Name: string;
  readonly WithDecryption?: boolean;
}

function getParameter(parameters: ReadonlyMap<string, Stored>, input: GetParameterInput): unknown {
  const name = input.Name ?? '';
  if (name.startsWith(secrets) && !input.WithDecryption)
    throw new ApiError(
      'ValidationException',
      'WithDecryption flag must be True for retrieving a Secret Manager secret.',
    );
  const stored = parameters.get(name);
  if (!stored) throw new ApiError('ParameterNotFound', `${name} not found`);
  const open = stored.type === 'String' || input.WithDecryption;
  const Value = open ? stored.value : Buffer.from(`sealed ${name}`).toString('base64');
  const { type: Type, version: Version } = stored;
  return {
    Parameter: { Name: name, Type, Value, Version, LastModifiedDate: stored.atMs / 1000, DataType: 'text' },
  };
}

interface PutParameterInput {
  readonly Name: string;
  readonly Value: string;
  readonly Type?: 'String' | 'SecureString';
  readonly Overwrite?: boolean;
}

function putParameter(parameters: Map<string, Stored>, input: PutParameterInput): unknown {
  const { Name, Value, Type = 'String', Overwrite = false } = input;
  const old = parameters.get(Name);
  if (old && !Overwrite)
    throw new ApiError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  const version = (old?.version ?? 0) + 1;
  parameters.set(Name, { value: Value, type: Type, version, atMs: Date.now() });
  return { Version: version, Tier: 'Standard' };
}

interface InformationInput {
  readonly Filters?: readonly { readonly Key: string; readonly Values: readonly string[] }[];
}

/** An agent that has registered once is listed, also while nothing is heard of it. */
function describeAgents({ world, hostOf }: SsmParts, { Filters = [] }: InformationInput): unknown {
  const wanted = Filters.find(({ Key }) => Key === 'InstanceIds')?.Values;
  const registered = world.spec.instances.filter(({ id }) => wanted?.includes(id) ?? true);
  const online = (id: string) => world.shown().instances[id] === 'running' && hostOf(id).reachable;
  const InstanceInformationList = registered.map(({ id }) => ({
    InstanceId: id,
    PingStatus: online(id) ? 'Online' : 'ConnectionLost',
    PlatformType: 'Linux',
    ResourceType: 'EC2Instance',
  }));
  return { InstanceInformationList };
}

interface SendCommandInput {
  readonly DocumentName: string;
  readonly DocumentVersion?: string;
  readonly InstanceIds?: readonly string[];
  readonly Parameters?: Readonly<Record<string, readonly string[]>>;
  readonly TimeoutSeconds?: number;
  readonly Comment?: string;
}

function prepare(
  documents: ReadonlyMap<string, readonly DocumentContent[]>,
  world: Ec2World,
  input: SendCommandInput,
): Invocation[] {
  const document = (input.DocumentName ?? '').split('document/').at(-1) ?? '';
  const versions = documents.get(document) ?? [];
  const content = versionOf(versions, input.DocumentVersion ?? '$DEFAULT');
  if (!content) throw new ApiError('InvalidDocument', `the document ${document} does not exist`);
  if ((input.TimeoutSeconds ?? 3600) < 30)
    throw new ApiError(
      'ValidationException',
      "1 validation error detected: Value at 'timeoutSeconds' failed to satisfy constraint: Member must have value greater than or equal to 30",
    );
  const instanceIds = input.InstanceIds ?? [];
  const invalid = instanceIds.filter((id) => world.accepted.instances[id] !== 'running');
  if (instanceIds.length === 0 || invalid.length > 0)
    throw new ApiError(
      'InvalidInstanceId',
      `Instances [[${invalid.join(', ')}]] not in a valid state for account`,
    );
  const script = scriptOf(content, input.Parameters ?? {});
  const commandId = randomUUID();
  return instanceIds.map((instanceId) => ({
    commandId,
    instanceId,
    document,
    script,
    sentAtMs: Date.now(),
    state: { status: 'Pending', details: 'Pending' },
    responseCode: -1,
    stdout: '',
    stderr: '',
    child: null,
  }));
}

/** `$DEFAULT` is the first, `$LATEST` the newest, and a number counts from 1. */
function versionOf(versions: readonly DocumentContent[], wanted: string): DocumentContent | undefined {
  if (wanted === '$LATEST') return versions.at(-1);
  return versions[wanted === '$DEFAULT' ? 0 : Number(wanted) - 1];
}

function renderCommand(sent: readonly Invocation[], input: SendCommandInput): unknown {
  return {
    Command: {
      CommandId: sent[0]?.commandId,
      DocumentName: input.DocumentName,
      DocumentVersion: input.DocumentVersion ?? '$DEFAULT',
      InstanceIds: input.InstanceIds,
      Parameters: input.Parameters ?? {},
      Comment: input.Comment ?? '',
      RequestedDateTime: Date.now() / 1000,
      Status: 'Pending',
      StatusDetails: 'Pending',
      TargetCount: sent.length,
    },
  };
}

interface InvocationInput {
  readonly CommandId: string;
  readonly InstanceId: string;
}

function getInvocation(commands: readonly Invocation[], timing: SsmTiming, input: InvocationInput): unknown {
  const found = commands.find(
    ({ commandId, instanceId }) => commandId === input.CommandId && instanceId === input.InstanceId,
  );
  // Just after SendCommand the invocation is not there yet: pollers must bear it.
  if (!found || Date.now() - found.sentAtMs < timing.visibleAfterMs)
    throw new ApiError('InvocationDoesNotExist', '');
  const ended = found.state.status !== 'Pending' && found.state.status !== 'InProgress';
  return {
    CommandId: found.commandId,
    InstanceId: found.instanceId,
    DocumentName: found.document,
    PluginName: found.script.stepName,
    ResponseCode: found.responseCode,
    Status: found.state.status,
    StatusDetails: found.state.details,
    StandardOutputContent: ended ? found.stdout : '',
    StandardErrorContent: ended ? found.stderr : '',
  };
}
