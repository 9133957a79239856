/**
 * What every emulated service is to the endpoint: it names the action of a request, answers it, and words an
 * error in its own protocol. Faults, sockets and routing are the endpoint's business, never a service's.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export type ServiceName = 'ec2' | 'ssm' | 'sns' | 'lambda' | 'dynamodb' | 'events' | 'sts';

export interface ApiRequest {
  readonly method: string;
  /** The path without the query, as sent. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** DynamoDB's: the read or write request units that it took. */
  readonly capacityUnits?: number;
}

export interface Service {
  readonly name: ServiceName;
  /** Such as `AssignPrivateIpAddresses`; empty when the request names none. */
  actionOf(request: ApiRequest): string;
  /** Answers the request. Throws an `ApiError` for what AWS refuses. */
  handle(action: string, request: ApiRequest): Promise<ApiResponse>;
  renderError(error: ApiError): ApiResponse;
  /** The error with which this service says "not so fast". */
  readonly throttled: ApiError;
  /** The error with which this service says "you may not", and why. */
  denied(why: string): ApiError;
}

/** What AWS answers instead of a result: its name for the error, and the HTTP status. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** The error that AWS gives for an action that this emulator does not have. */
export function unknownAction(service: ServiceName, action: string): ApiError {
  return new ApiError('InvalidAction', `the lab's ${service} has no action ${action || '(none named)'}`);
}

/** Which service a request is meant for: its signature's scope says so, whatever the path. */
export function serviceOf(request: ApiRequest): string {
  const scope = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(request.headers.authorization ?? '');
  return scope?.[1] ?? (request.path.startsWith('/2015-03-31/') ? 'lambda' : '');
}

/** An answer in JSON 1.1, as SSM gives it. */
export function json(
  body: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): ApiResponse {
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID(), ...headers },
    body: JSON.stringify(body),
  };
}

/** An error in JSON, with its name both where the SDKs and where the AWS CLI look for it. */
export function jsonError(error: ApiError): ApiResponse {
  return json({ __type: error.code, message: error.message }, error.status, {
    'x-amzn-errortype': error.code,
  });
}
