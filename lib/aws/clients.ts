/**
 * The only options with which SDK clients are made. The SDK itself has no time limits, and its retries are
 * meant for programs that can wait; both would outlast the lease.
 */
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { CONNECTION_LIMIT_MS, REQUEST_LIMIT_MS, STORE_REQUEST_LIMIT_MS } from '../core/time-budget.ts';

/** How requests are sent: it keeps connections open, and the clients that share it share them. */
export type RequestHandler = Pick<
  NodeHttpHandler,
  'handle' | 'metadata' | 'updateHttpClientConfig' | 'httpHandlerConfigs'
>;

/** What every client is made with; the region and the credentials come from the environment. */
export interface ClientOptions {
  readonly maxAttempts: number;
  readonly requestHandler: RequestHandler;
}

/** Sends the requests of all clients but the store's. */
export function createSender(): RequestHandler {
  return handler(REQUEST_LIMIT_MS);
}

/** Sends the requests of the store's client. */
export function createStoreSender(): RequestHandler {
  return handler(STORE_REQUEST_LIMIT_MS);
}

/** For calls that only look, or that may be repeated without harm: two attempts of 3 s. */
export function lookingOptions(requestHandler = createSender()): ClientOptions {
  return { maxAttempts: 2, requestHandler };
}

/**
 * For calls that change something: one attempt of 3 s. A retry of the SDK's own could still be in flight when
 * the lease under which the call was made is somebody else's.
 */
export function changingOptions(requestHandler = createSender()): ClientOptions {
  return { maxAttempts: 1, requestHandler };
}

/** For the store: two attempts of 1 s. Its writes are conditional, so a late one is harmless. */
export function storeOptions(requestHandler = createStoreSender()): ClientOptions {
  return { maxAttempts: 2, requestHandler };
}

/** For the commands of a person, who may be far from the region and can wait: three attempts of 10 s. */
export function operatorOptions(): ClientOptions {
  return { maxAttempts: 3, requestHandler: handler(10_000, 5000) };
}

/** The time limits of one call. */
export interface Limits {
  readonly requestTimeout: number;
  readonly abortSignal: AbortSignal;
}

/**
 * Limits for one call, given to `client.send(command, limits)`: `limitMs` in all, attempts and the body of the
 * answer included (the handler's own limit ends when the head of the answer is there). An aborted `signal`
 * ends the call at once.
 */
export function within(limitMs: number, signal?: AbortSignal): Limits {
  // Half of what is left need not be whole, and AbortSignal throws for what is not.
  const deadline = AbortSignal.timeout(Math.ceil(limitMs));
  return {
    requestTimeout: limitMs,
    abortSignal: signal ? AbortSignal.any([deadline, signal]) : deadline,
  };
}

function handler(requestTimeout: number, connectionTimeout = CONNECTION_LIMIT_MS): RequestHandler {
  return new NodeHttpHandler({
    connectionTimeout,
    requestTimeout,
    throwOnRequestTimeout: true,
  });
}
