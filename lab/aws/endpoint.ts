/** The one HTTP endpoint: reads a request, plays the fault that is due, hands it to its service, answers. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, type ApiRequest, type ApiResponse, type Service, serviceOf } from './api.ts';
import type { AwsEvents } from './events.ts';
import { type Effect, errorOf, type Faults } from './faults.ts';

/** A frozen function keeps its sockets for minutes: closing them under it would add a fault nobody asked for. */
const keepAliveTimeoutMs = 600_000;

export interface Endpoint {
  readonly url: string;
  close(): Promise<void>;
}

export interface EndpointParts {
  readonly services: readonly Service[];
  readonly faults: Faults;
  readonly events: AwsEvents;
}

/** Listens on 127.0.0.1. Port 0 takes a free one; throws when a given port is taken. */
export async function listen(port: number, parts: EndpointParts): Promise<Endpoint> {
  const server = createServer((request, response) => {
    void serve(request, response, parts).catch(() => request.socket.destroy());
  });
  server.keepAliveTimeout = keepAliveTimeoutMs;
  server.headersTimeout = keepAliveTimeoutMs + 1000;
  server.requestTimeout = 0;
  await bind(server, port);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function bind(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const what = cause.code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${cause.code})`;
      reject(new Error(`the port ${port} for the lab's AWS ${what}: give another one, or none`, { cause }));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

async function serve(
  message: IncomingMessage,
  response: ServerResponse,
  parts: EndpointParts,
): Promise<void> {
  const request = await read(message);
  const name = serviceOf(request);
  const service = parts.services.find((one) => one.name === name);
  if (!service) {
    const known = parts.services.map((one) => one.name).join(', ');
    response
      .writeHead(404)
      .end(`no service ${name || '(the request is not signed)'} here; there are ${known}\n`);
    return;
  }
  const action = service.actionOf(request);
  const effect = parts.faults.take(service.name, action);
  const answer = await answerOf(service, action, request, effect);
  const fault = effect?.kind ?? null;
  parts.events.emit('call', {
    atMs: Date.now(),
    service: service.name,
    action,
    status: typeof answer === 'string' ? 0 : answer.status,
    fault,
    capacityUnits: typeof answer === 'string' ? 0 : (answer.capacityUnits ?? 0),
  });
  if (answer === 'silent') return;
  if (answer === 'reset') {
    message.socket.destroy();
    return;
  }
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) });
  response.end(answer.body);
}

async function answerOf(
  service: Service,
  action: string,
  request: ApiRequest,
  effect: Effect | null,
): Promise<ApiResponse | 'reset' | 'silent'> {
  if (!effect) return await call(service, action, request);
  const error = errorOf(effect, service, action);
  if (error) return service.renderError(error);
  switch (effect.kind) {
    case 'down':
      return effect.how === 'silent' ? 'silent' : 'reset';
    case 'lose-response':
      await call(service, action, request);
      return effect.how;
    case 'twice':
      await call(service, action, request);
      return await call(service, action, request);
    case 'delay':
      await sleep(effect.forMs, undefined, { ref: false });
      return await call(service, action, request);
    case 'throttle':
    case 'deny':
    case 'fail':
      throw new Error(`the fault ${effect.kind} has no error for ${service.name}`);
  }
}

async function call(service: Service, action: string, request: ApiRequest): Promise<ApiResponse> {
  try {
    return await service.handle(action, request);
  } catch (cause) {
    // What is not an ApiError is a bug of the lab: say so to whoever called, with the stack.
    const bug = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    return service.renderError(cause instanceof ApiError ? cause : new ApiError('InternalError', bug, 500));
  }
}

async function read(message: IncomingMessage): Promise<ApiRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return {
    method: message.method ?? 'GET',
    path: (message.url ?? '/').split('?')[0] ?? '/',
    headers: message.headers,
    body: Buffer.concat(chunks),
  };
}
