/** One invocation of a probe function: request in, checked answer out, or why there is none. */
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { INVOKE_MARGIN_MS } from '../../core/time-budget.ts';
import type { ProbeRequest } from '../../probe/protocol.ts';
import {
  type ProbeAnswer,
  type ProbeFailed,
  type ProbeRequestOf,
  probeResponseSchema,
} from '../../probe/protocol.ts';
import { within } from '../clients.ts';
import { awsErrorKind, awsErrorName, describeAwsError } from '../errors.ts';

/**
 * What came of an invocation. `undelivered`: the function did not run. `lost`: it ran or may have run, and
 * there is no answer that can be read.
 */
export type Invoked<Kind extends ProbeRequest['kind']> =
  | { readonly kind: 'answer'; readonly answer: ProbeAnswer<Kind> }
  | ProbeFailed
  | { readonly kind: 'undelivered'; readonly denied: boolean; readonly because: string }
  | { readonly kind: 'lost'; readonly because: string };

type AnswerKind = ProbeAnswer<ProbeRequest['kind']>['kind'];

const answerKinds = {
  look: 'looks',
  close: 'closed',
  open: 'opened',
  'catch-up': 'caught-up',
  detach: 'detached',
  attach: 'attached',
  reconnect: 'reconnected',
  replicate: 'replicates',
  inspect: 'inspected',
  examine: 'examined',
  verify: 'verified',
  replica: 'replica-seen',
  feeds: 'fed',
  repoint: 'repointed',
} as const satisfies Record<ProbeRequest['kind'], AnswerKind>;

/**
 * Invokes the function and waits for its answer, at most `limitMs` and 2 s for the way. Never throws. One
 * attempt: a second one could repeat a command whose answer was lost. Only a version that is gone is asked for again, without its
 * version: nothing ran.
 */
export async function invokeProbe<Kind extends ProbeRequest['kind']>(
  lambda: LambdaClient,
  functionName: string,
  request: ProbeRequestOf<Kind>,
  limitMs: number,
  signal?: AbortSignal,
): Promise<Invoked<Kind>> {
  const call = (FunctionName: string) => {
    const command = new InvokeCommand({ FunctionName, Payload: JSON.stringify(request) });
    return lambda.send(command, within(limitMs + INVOKE_MARGIN_MS, signal));
  };
  try {
    const output = await call(functionName).catch((error: unknown) => {
      const name = nameOfVersion(functionName);
      if (name === null || awsErrorName(error) !== 'ResourceNotFoundException') throw error;
      // A rollback deletes the version that it takes back, so it did not run: the function as it is now may be asked.
      return call(name);
    });
    const text = output.Payload ? Buffer.from(output.Payload).toString('utf8') : '';
    if (output.FunctionError) return lost(`${functionName} failed: ${functionError(text)}`);
    return readAnswer(functionName, request, text);
  } catch (error) {
    if (signal?.aborted) return lost('the look was ended early');
    return failedCall(functionName, limitMs, error);
  }
}

/** `keepalambda-prod-probe-a:7` → `keepalambda-prod-probe-a`; null for a name without a version. */
function nameOfVersion(functionName: string): string | null {
  return /^([^:]+):/.exec(functionName)?.[1] ?? null;
}

function failedCall(functionName: string, limitMs: number, error: unknown): Invoked<never> {
  const kind = awsErrorKind(error);
  const text = describeAwsError(error);
  switch (kind) {
    case 'timeout':
      return lost(`${functionName} gave no answer within ${limitMs + INVOKE_MARGIN_MS} ms (${text})`);
    case 'throttled':
    case 'denied':
      return {
        kind: 'undelivered',
        denied: kind === 'denied',
        because: `${functionName} could not be invoked: ${text}`,
      };
  }
}

function readAnswer<Kind extends ProbeRequest['kind']>(
  functionName: string,
  request: ProbeRequestOf<Kind>,
  text: string,
): Invoked<Kind> {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return lost(`${functionName} gave an answer that is no JSON`);
  }
  const parsed = probeResponseSchema.safeParse(raw);
  if (!parsed.success) {
    const where = parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole').slice(0, 3);
    return lost(`${functionName} gave an odd answer (at ${where.join(', ')})`);
  }
  if (parsed.data.kind === 'failed') return parsed.data;
  const kind: ProbeRequest['kind'] = request.kind;
  if (parsed.data.kind !== answerKinds[kind]) {
    return lost(`${functionName} answered '${parsed.data.kind}' to '${kind}'`);
  }
  return { kind: 'answer', answer: parsed.data as ProbeAnswer<Kind> };
}

function lost(because: string): { readonly kind: 'lost'; readonly because: string } {
  return { kind: 'lost', because };
}

/** Lambda's own report of a crash or time-out: its type and message, never the stack. */
function functionError(text: string): string {
  try {
    const { errorType, errorMessage } = JSON.parse(text) as { errorType?: string; errorMessage?: string };
    return `${errorType ?? 'error'}: ${errorMessage ?? 'no message'}`.slice(0, 200);
  } catch {
    return 'unknown error';
  }
}
