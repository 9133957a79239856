/** The one adapter to a deployed operate function: a request in, its answer out, or why there is none. */
import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Limits } from '../../aws/clients.ts';
import { awsErrorKind, awsErrorName } from '../../aws/errors.ts';
import { type Reply, replySchema } from '../../core/operator/reply.ts';
import { OPERATE_LIFE_MS } from '../../core/time-budget.ts';
import { CliError, UNREACHABLE } from '../errors.ts';

/** Sends one request. Throws a `CliError` where there is no answer. */
export type Invoke = (request: object) => Promise<Reply>;

export interface Place {
  readonly functionName: string;
  /** By the conventions of AWS where it is undefined. */
  readonly region: string | undefined;
}

/** Longer than the function may run: after a shorter wait, nobody knows what became of an order. Milliseconds. */
export const ANSWER_LIMIT_MS = OPERATE_LIFE_MS + 10_000;
const CONNECTION_LIMIT_MS = 15_000;
/** What Lambda had no room for did not run, so it may be sent again. Milliseconds. */
const AGAIN_MS = 1000;
const THROTTLED_MAX = 15;

/** By AWS's conventions: profile, AWS_REGION, AWS_ENDPOINT_URL, AWS_CA_BUNDLE. One attempt: an order is never repeated. */
export function createInvoke(
  { functionName, region }: Place,
  env: Readonly<Record<string, string | undefined>>,
): Invoke {
  const authority = env.AWS_CA_BUNDLE;
  const client = new LambdaClient({
    ...(region === undefined ? {} : { region }),
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECTION_LIMIT_MS,
      requestTimeout: ANSWER_LIMIT_MS,
      throwOnRequestTimeout: true,
      ...(authority ? { httpsAgent: new Agent({ ca: readFileSync(authority), keepAlive: true }) } : {}),
    }),
  });
  return async (request) => {
    for (let tries = 1; ; tries += 1) {
      try {
        const invoked = await invokeOnce(client, functionName, request);
        if (invoked.kind === 'reply') return invoked.reply;
        throw unanswered(functionName, invoked);
      } catch (error) {
        if (error instanceof CliError) throw error;
        if (awsErrorName(error) !== 'TooManyRequestsException' || tries === THROTTLED_MAX)
          throw unreachable(functionName, region, error);
        await sleep(AGAIN_MS);
      }
    }
  };
}

/** What came of an invocation. `strange`: an answer of another release, which differs from ours at this place. */
export type Invoked =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'strange'; readonly where: string }
  /** Lambda's own report of a crash or a time-out: its type and message, never the stack. */
  | { readonly kind: 'failed'; readonly what: string };

/** One request. Throws the SDK's error where Lambda does not run the function. */
export async function invokeOnce(
  client: LambdaClient,
  functionName: string,
  request: object,
  limits?: Limits,
): Promise<Invoked> {
  const command = new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(request) });
  const { Payload, FunctionError } = await client.send(command, limits);
  const raw = jsonOf(Payload ? Buffer.from(Payload).toString('utf8') : '');
  if (FunctionError) {
    const { errorType, errorMessage } = (raw ?? {}) as { errorType?: string; errorMessage?: string };
    const what = `${errorType ?? 'error'}: ${errorMessage ?? 'no message'}`.slice(0, 300);
    return { kind: 'failed', what };
  }
  const parsed = replySchema.safeParse(raw);
  if (parsed.success) return { kind: 'reply', reply: parsed.data };
  return { kind: 'strange', where: parsed.error.issues[0]?.path.join('.') || 'the whole' };
}

function unanswered(functionName: string, invoked: Exclude<Invoked, { readonly kind: 'reply' }>): CliError {
  const line =
    invoked.kind === 'failed'
      ? `${functionName} failed: ${invoked.what}. To fix it: read its log, /aws/lambda/${functionName}.`
      : `got an answer of ${functionName} that this release does not know (at ${invoked.where}); want the answer of the same release. To fix it: deploy this release.`;
  return new CliError([line]);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Why the function cannot be reached, and what to do about it. */
function unreachable(functionName: string, region: string | undefined, error: unknown): CliError {
  const name = awsErrorName(error);
  const message = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
  const at = region === undefined ? '' : ` in ${region}`;
  const lines = [
    `${functionName}${at} cannot be reached: got ${name}: ${message}. To fix it: ${remedyOf(name, message)}.`,
  ];
  if (awsErrorKind(error) === 'timeout')
    lines.push('It may have been received all the same: see status and history.');
  return new CliError(lines, UNREACHABLE);
}

function remedyOf(name: string, message: string): string {
  if (name === 'ResourceNotFoundException')
    return 'check --env, the account (AWS_PROFILE) and the region (--region), or deploy the environment';
  if (/AccessDenied|UnrecognizedClient|InvalidSignature/.test(name))
    return 'use a profile that may lambda:InvokeFunction on it (AWS_PROFILE)';
  if (/Credentials|ExpiredToken|SSO/i.test(`${name} ${message}`))
    return 'log in (aws sso login), or set AWS_PROFILE';
  if (/[Rr]egion is missing/.test(message)) return 'set --region or AWS_REGION';
  if (name === 'TooManyRequestsException') return 'try again: others are asking at the same time';
  return 'check the network, and AWS_ENDPOINT_URL where it is set';
}
