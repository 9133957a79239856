/** Lambda's REST API: Invoke, and the reads that people and `keepalambda check` ask for. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ApiError,
  type ApiRequest,
  type ApiResponse,
  json,
  jsonError,
  type Service,
  unknownAction,
} from './api.ts';
import type { Lambda } from './lambda.ts';
import { TooManyRequests } from './lambda-concurrency.ts';
import { nameIn, qualifierOf } from './lambda-names.ts';
import type { FunctionSpec } from './lambda-process.ts';

/** Lines of a function arrive beside its answer: this is how long a caller who asks for the tail waits. */
const tailWaitMs = 30;

interface Route {
  readonly action:
    | 'Invoke'
    | 'GetFunctionConfiguration'
    | 'GetFunctionConcurrency'
    | 'GetAccountSettings'
    | 'ListFunctions'
    | 'ListVersionsByFunction'
    | '';
  readonly functionName: string;
}

/** The Lambda service. Its actions carry the function's name: `Invoke/watch`. */
export function createLambdaService(lambda: Lambda): Service {
  return {
    name: 'lambda',
    actionOf(request) {
      const { action, functionName } = routeOf(request);
      return functionName ? `${action}/${functionName}` : action;
    },
    async handle(_action, request) {
      const { action, functionName } = routeOf(request);
      switch (action) {
        case 'Invoke':
          return await invoke(lambda, functionName, request);
        case 'GetFunctionConfiguration':
          return json(configurationOf(lambda, find(lambda, functionName)));
        case 'GetFunctionConcurrency': {
          const { reservedConcurrency } = find(lambda, functionName);
          return json({ ReservedConcurrentExecutions: reservedConcurrency });
        }
        case 'GetAccountSettings':
          return json({ AccountLimit: lambda.concurrency, AccountUsage: {} });
        case 'ListVersionsByFunction': {
          const { versions = [] } = find(lambda, functionName);
          return json({ Versions: ['$LATEST', ...versions].map((Version) => ({ Version })) });
        }
        case 'ListFunctions':
          return json({ Functions: lambda.functions.map((spec) => configurationOf(lambda, spec)) });
        case '':
          throw unknownAction('lambda', `${request.method} ${request.path}`);
      }
    },
    renderError(error) {
      const answer = jsonError(error);
      return {
        ...answer,
        body: JSON.stringify({
          ...(error instanceof TooManyRequests ? { Reason: error.reason } : {}),
          Type: 'User',
          Message: error.message,
          message: error.message,
        }),
      };
    },
    throttled: new ApiError('TooManyRequestsException', 'Rate Exceeded.', 429),
    denied: (why) => new ApiError('AccessDeniedException', why, 403),
  };
}

function routeOf({ method, path }: ApiRequest): Route {
  if (method === 'GET' && path.startsWith('/2016-08-19/account-settings'))
    return { action: 'GetAccountSettings', functionName: '' };
  const [, name = '', rest = ''] = /^\/20[-0-9]+\/functions\/?([^/]*)\/?(.*)$/.exec(path) ?? [];
  const functionName = nameIn(decodeURIComponent(name));
  if (method === 'POST' && rest === 'invocations') return { action: 'Invoke', functionName };
  if (method === 'GET' && rest === 'concurrency') return { action: 'GetFunctionConcurrency', functionName };
  if (method === 'GET' && rest === 'versions') return { action: 'ListVersionsByFunction', functionName };
  if (method === 'GET' && rest === 'configuration')
    return { action: 'GetFunctionConfiguration', functionName };
  if (method === 'GET' && path.startsWith('/2015-03-31/functions') && name === '')
    return { action: 'ListFunctions', functionName: '' };
  return { action: '', functionName: '' };
}

function find(lambda: Lambda, name: string): FunctionSpec {
  const spec = lambda.functions.find((one) => one.name === name);
  if (!spec) throw notFound(lambda, name);
  return spec;
}

function notFound(lambda: Lambda, name: string): ApiError {
  return new ApiError('ResourceNotFoundException', `Function not found: ${lambda.arn(name)}`, 404);
}

async function invoke(lambda: Lambda, name: string, request: ApiRequest): Promise<ApiResponse> {
  const { versions } = find(lambda, name);
  const version = qualifierOf(request.path);
  if (version !== null && versions?.includes(version) === false) throw notFound(lambda, `${name}:${version}`);
  const event = parse(request.body);
  const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
  if (type === 'DryRun') return answer(204, '', {});
  if (type === 'Event') {
    lambda.deliver(name, event);
    return answer(202, '', {});
  }
  const requestId = randomUUID();
  const outcome = await lambda.invoke(name, event, requestId);
  const headers: Record<string, string> = {
    'x-amzn-requestid': requestId,
    'x-amz-executed-version': version ?? '$LATEST',
    ...(outcome.functionError ? { 'x-amz-function-error': outcome.functionError } : {}),
  };
  if (request.headers['x-amz-log-type'] === 'Tail')
    headers['x-amz-log-result'] = await tailOf(lambda, name, requestId);
  return answer(200, outcome.payload, headers);
}

/** The last 4 KB of what this invocation logged, in base64. */
async function tailOf(lambda: Lambda, name: string, requestId: string): Promise<string> {
  await sleep(tailWaitMs);
  const lines = lambda.logs(name).filter((line) => line.requestId === requestId);
  const text = lines.map((line) => `${line.text}\n`).join('');
  return Buffer.from(text).subarray(-4096).toString('base64');
}

function parse(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new ApiError('InvalidRequestContentException', `Could not parse request body into json: ${cause}`);
  }
}

function answer(status: number, body: string, headers: Readonly<Record<string, string>>): ApiResponse {
  return { status, body, headers: { 'content-type': 'application/json', ...headers } };
}

function configurationOf(lambda: Lambda, spec: FunctionSpec): unknown {
  return {
    FunctionName: spec.name,
    FunctionArn: lambda.arn(spec.name),
    Runtime: 'nodejs24.x',
    Handler: spec.handler ?? 'index.handler',
    Timeout: spec.timeoutSeconds,
    MemorySize: spec.memoryMegabytes ?? 128,
    State: 'Active',
    Environment: { Variables: spec.environment ?? {} },
  };
}
