/**
 * Hosts, by SSM Run Command: our own documents, never `AWS-RunShellScript`. The SDK's waiter pauses for 5 s and
 * more and repeats what was denied, so the invocation is polled here.
 */
import {
  GetCommandInvocationCommand,
  type GetCommandInvocationCommandOutput,
  SendCommandCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import { nodeOf, type Pair } from '../../core/config/config.ts';
import type { HostDocument } from '../../core/hosts/host-document.ts';
import { REQUEST_LIMIT_MS } from '../../core/time-budget.ts';
import type { HostPort } from '../../watch/ports/host.ts';
import { PortError } from '../../watch/ports/port-error.ts';
import type { Clock } from '../../watch/ports/ports.ts';
import { within } from '../clients.ts';
import { awsErrorKind, awsErrorName, describeAwsError, toPortError } from '../errors.ts';

const POLL_MS = 1000;
/** SSM's least time for the agent to fetch a command; a host that comes back later does not run it. Seconds. */
const DELIVERY_LIMIT_SECONDS = 30;
/** How much of what a document printed stands in the text of an error. */
const ERROR_LINES_MAX = 120;

export interface HostSsmProps {
  /** For polling: two attempts. */
  readonly looking: SSMClient;
  /** For sending: one attempt. */
  readonly changing: SSMClient;
  readonly clock: Clock;
  /** The names of our documents in this environment. */
  readonly documents: Readonly<Partial<Record<HostDocument, string | undefined>>>;
}

/**
 * The parameters of each document. The stack gives every one of them an `allowedPattern`, and the agent hands
 * them to the script as environment variables, so that a value is never part of its text.
 */
export function documentParameters(document: HostDocument, pair: Pair): Record<string, string[]> {
  switch (document) {
    case 'restart-mysqld':
      return { Answering: ['spare'] };
    case 'restart-keepalived':
    case 'count-transactions':
    case 'seed-facts':
    case 'seed-prepare':
    case 'seed-door':
    case 'seed-copy':
    case 'seed-place':
    case 'server-start':
    case 'planned-restart':
    case 'write-configuration':
    case 'remove-configuration':
    case 'make-account':
    case 'remove-account':
    case 'end-channel':
    case 'forget-history':
    case 'proof-database':
    case 'drop-vip':
      return {};
    case 'bind-vip':
    case 'unbind-vip':
    case 'host-facts':
    case 'keep-vip':
      return { Vip: [pair.vip] };
    case 'planned-reboot':
      return { Vip: [pair.vip], Bound: [pair.hostAddress === 'prebound' ? 'yes' : 'no'] };
  }
}

export function createHost(props: HostSsmProps): HostPort {
  const carryOut = async (
    pair: Pair,
    node: string,
    limitMs: number,
    sending: Omit<Sending, 'instanceId'>,
  ) => {
    const { instanceId } = nodeOf(pair, node);
    const endMs = props.clock.nowMs() + limitMs;
    const commandId = await send(props, pair, { ...sending, instanceId });
    return awaitEnd(props, { commandId, instanceId, tried: sending.tried, endMs });
  };
  return {
    run(pair, node, document, limitMs, parameters = {}) {
      const tried = `${document} on ${node}`;
      const given = Object.entries(parameters).map(([key, value]) => [key, [value]] as [string, string[]]);
      return carryOut(pair, node, limitMs, {
        tried,
        name: props.documents[document],
        // An update of the stack may leave the default version behind (cloudformation-coverage-roadmap#2539).
        version: '$LATEST',
        parameters: { ...documentParameters(document, pair), ...Object.fromEntries(given) },
      });
    },
    runNamed(pair, node, command, limitMs) {
      const name = pair.maintenance[command];
      const tried = `${command} on ${node}`;
      // The team decides which version is the default one.
      return carryOut(pair, node, limitMs, { tried, name, version: '$DEFAULT', parameters: {} });
    },
  };
}

interface Sending {
  readonly instanceId: string;
  readonly tried: string;
  /** Of the document in SSM; undefined where it was not deployed. */
  readonly name: string | undefined;
  readonly version: '$LATEST' | '$DEFAULT';
  readonly parameters: Readonly<Record<string, string[]>>;
}

async function send(
  props: HostSsmProps,
  pair: Pair,
  { instanceId, tried, name, version, parameters }: Sending,
): Promise<string> {
  if (name === undefined) {
    const remedy = 'deploy the environment again, so that the stack has what its settings call for';
    throw new PortError('denied', `${tried}: the document was not deployed; ${remedy}`);
  }
  const command = new SendCommandCommand({
    DocumentName: name,
    DocumentVersion: version,
    InstanceIds: [instanceId],
    Parameters: parameters,
    TimeoutSeconds: DELIVERY_LIMIT_SECONDS,
    Comment: `keepalambda ${pair.name}: ${tried}`.slice(0, 100),
  });
  const answer = await props.changing.send(command, within(REQUEST_LIMIT_MS)).catch((error: unknown) => {
    throw toPortError(error, tried);
  });
  const id = answer.Command?.CommandId;
  if (!id) throw new PortError('timeout', `${tried}: SSM took the command and gave no id for it`);
  return id;
}

interface Sent {
  readonly commandId: string;
  readonly instanceId: string;
  readonly tried: string;
  readonly endMs: number;
}

async function awaitEnd(props: HostSsmProps, sent: Sent): Promise<string> {
  let saw = 'sent';
  for (;;) {
    const leftMs = sent.endMs - props.clock.nowMs();
    if (leftMs <= 0) break;
    await props.clock.sleep(Math.min(POLL_MS, leftMs));
    const invocation = await poll(props, sent);
    if (typeof invocation === 'string') {
      saw = invocation;
      continue;
    }
    saw = invocation.StatusDetails ?? 'no status';
    const end = judge(saw);
    if (end === 'running') continue;
    // All of it: a line that is left out is a fact that the host has not said.
    if (end === 'success') return (invocation.StandardOutputContent ?? '').trimEnd();
    const printed = lastLines(invocation.StandardErrorContent || invocation.StandardOutputContent || '');
    throw new PortError(end, `${sent.tried}: ${saw}${printed ? `: ${printed}` : ''}`, {
      ...(hasRun(saw) ? { exitCode: invocation.ResponseCode ?? -1 } : {}),
    });
  }
  const { commandId, tried } = sent;
  throw new PortError(
    'timeout',
    `${tried}: not over in time (${saw}); it may still run: command ${commandId}`,
  );
}

/** The invocation, or why it cannot be seen now. Throws `denied` when it never can. */
async function poll(props: HostSsmProps, sent: Sent): Promise<GetCommandInvocationCommandOutput | string> {
  const command = new GetCommandInvocationCommand({
    CommandId: sent.commandId,
    InstanceId: sent.instanceId,
  });
  try {
    return await props.looking.send(command, within(REQUEST_LIMIT_MS));
  } catch (error) {
    // SSM knows of a command some moments after it took it.
    const notYet = awsErrorName(error) === 'InvocationDoesNotExist';
    if (!notYet && awsErrorKind(error) === 'denied') throw toPortError(error, sent.tried);
    return notYet ? 'not known to SSM yet' : describeAwsError(error);
  }
}

/**
 * What a `StatusDetails` means (`Status` alone cannot tell a host that never got the command from one on which
 * the script failed).
 */
function judge(details: string): 'running' | 'success' | 'denied' | 'unsuccessful' {
  switch (details.replace(/\s/g, '')) {
    case 'Pending':
    case 'InProgress':
    case 'Delayed':
    case 'Cancelling':
      return 'running';
    case 'Success':
      return 'success';
    case 'AccessDenied':
    case 'InvalidPlatform':
      return 'denied';
    default:
      // Failed, ExecutionTimedOut, DeliveryTimedOut, Undeliverable, Terminated, Cancelled
      return 'unsuccessful';
  }
}

/** Whether the script has run, and has ended: by itself, by the agent at its limit, or because a person cancelled it. */
function hasRun(details: string): boolean {
  return ['Failed', 'ExecutionTimedOut', 'Cancelled'].includes(details.replace(/\s/g, ''));
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-ERROR_LINES_MAX).join('\n');
}
