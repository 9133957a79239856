/** What an error of an SDK client lets us conclude. By name: messages are for people and change. */
import { PortError, type PortErrorKind } from '../watch/ports/port-error.ts';

/** The other side was asked too often, or is not well; it did nothing. */
const throttledNames = new Set([
  'RequestLimitExceeded',
  'Throttled',
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
  'RequestThrottled',
  'ProvisionedThroughputExceededException',
  'EC2ThrottledException',
  'ServiceUnavailable',
  'Unavailable',
  // A function that is being deployed, or has no room in its subnet: it did not run.
  'ResourceConflictException',
  'ResourceNotReadyException',
  'SubnetIPAddressLimitReachedException',
  'ENILimitReachedException',
]);

/** We never reached it, or the request never left: it did nothing. */
const unreachedCodes = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

interface AwsErrorShape {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly Code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** The name of the error as the service gives it, such as `PrivateIpAddressLimitExceeded`. */
export function awsErrorName(error: unknown): string {
  if (error === null || typeof error !== 'object') return String(error);
  const { Code, name, code } = error as AwsErrorShape;
  if (typeof Code === 'string') return Code;
  // Errors of sockets are called `Error`; their code says more.
  if (typeof code === 'string' && (name === 'Error' || name === undefined)) return code;
  return typeof name === 'string' ? name : 'Error';
}

/**
 * What may be concluded: `throttled`: it did nothing, try again; `denied`: it did nothing, and will not;
 * `timeout`: no answer, or one that says nothing (5xx): it may have taken effect.
 */
export function awsErrorKind(error: unknown): Extract<PortErrorKind, 'throttled' | 'denied' | 'timeout'> {
  const name = awsErrorName(error);
  if (throttledNames.has(name) || unreachedCodes.has(name)) return 'throttled';
  const { name: className, $metadata: metadata } = (error ?? {}) as AwsErrorShape;
  // No credentials: the request was never sent.
  if (className === 'CredentialsProviderError') return 'denied';
  const status = metadata?.httpStatusCode ?? 0;
  if (status === 429) return 'throttled';
  return status >= 400 && status < 500 ? 'denied' : 'timeout';
}

/** One line for people, without a full stop, because it stands in a sentence: `RequestLimitExceeded: Request limit exceeded`. */
export function describeAwsError(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const name = awsErrorName(error);
  return oneLine(message.startsWith(name) ? message : `${name}: ${message}`);
}

/** The error as a PortError, with what was tried. A PortError is given back as it is. */
export function toPortError(error: unknown, tried: string): PortError {
  if (error instanceof PortError) return error;
  const kind = awsErrorKind(error);
  return new PortError(kind, `${tried}: ${describeAwsError(error)}${remedy(kind)}`, { cause: error });
}

function remedy(kind: PortErrorKind): string {
  switch (kind) {
    case 'denied':
      return '. Check the permissions of the function and the ids in the environment file';
    case 'timeout':
      return '. It may have taken effect';
    case 'throttled':
      return '. Nothing was changed; it is tried again';
    case 'refused':
    case 'superseded':
    case 'unsuccessful':
      return '';
  }
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim().replace(/\.$/, '');
  return line.length > 300 ? `${line.slice(0, 297)}...` : line;
}
