/** The one HTTPS endpoint: reads a request, plays the fault that is due, hands it to its service, answers. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, type ApiRequest, type ApiResponse, type Service, serviceOf } from './api.ts';
import type { AwsEvents } from './events.ts';
import { type Effect, errorOf, type Faults } from './faults.ts';
import type { Guard } from './iam/guard.ts';
import type { LatencySource } from './latencies.ts';
import type { Identity } from './tls.ts';

/** A frozen function keeps its sockets for minutes: closing them under it would add a fault nobody asked for. */
const keepAliveTimeoutMs = 600_000;

export interface AwsEndpoint {
  readonly url: string;
  close(): Promise<void>;
}

export interface EndpointParts {
  readonly identity: Identity;
  readonly services: readonly Service[];
  readonly guard: Guard;
  readonly latencies: LatencySource;
  readonly faults: Faults;
  readonly events: AwsEvents;
}

/** Listens on 127.0.0.1. Port 0 takes a free one; throws when a given port is taken. */
export async function listen(port: number, parts: EndpointParts): Promise<AwsEndpoint> {
  const { certificate: cert, key } = parts.identity;
  const server = createServer({ cert, key }, (request, response) => {
    void serve(request, response, parts).catch(() => request.socket.destroy());
  });
  server.keepAliveTimeout = keepAliveTimeoutMs;
  server.headersTimeout = keepAliveTimeoutMs + 1000;
  server.requestTimeout = 0;
  // A function that was frozen in the middle of a handshake has a connection that the server does not count.
  const sockets = new Set<Duplex>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await bind(server, port);
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
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
  const { beforeMs, afterMs } = parts.latencies.call(service.name, action);
  await pass(beforeMs);
  const call = () => carryOut(service, action, request, parts.guard);
  const answer = await answerOf(service, action, call, effect);
  const fault = effect?.kind ?? null;
  parts.events.emit('call', {
    atMs: Date.now(),
    service: service.name,
    action,
    status: typeof answer === 'string' ? 0 : answer.status,
    fault,
    capacityUnits: typeof answer === 'string' ? 0 : (answer.capacityUnits ?? 0),
  });
  await pass(afterMs);
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
  call: () => Promise<ApiResponse>,
  effect: Effect | null,
): Promise<ApiResponse | 'reset' | 'silent'> {
  if (!effect) return await call();
  const error = errorOf(effect, service, action);
  if (error) return service.renderError(error);
  switch (effect.kind) {
    case 'down':
      return effect.how === 'silent' ? 'silent' : 'reset';
    case 'lose-response':
      await call();
      return effect.how;
    case 'twice':
      await call();
      return await call();
    case 'delay':
      await sleep(effect.forMs, undefined, { ref: false });
      return await call();
    case 'throttle':
    case 'deny':
    case 'fail':
      throw new Error(`the fault ${effect.kind} has no error for ${service.name}`);
  }
}

async function carryOut(
  service: Service,
  action: string,
  request: ApiRequest,
  guard: Guard,
): Promise<ApiResponse> {
  try {
    guard.check(service, action, request);
    return await service.handle(action, request);
  } catch (cause) {
    // What is not an ApiError is a bug of the lab: the caller gets it, with the stack.
    const bug = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    return service.renderError(cause instanceof ApiError ? cause : new ApiError('InternalError', bug, 500));
  }
}

/** A wait of 0 ms is left out: a turn of the event loop would already put calls in another order. */
async function pass(forMs: number): Promise<void> {
  if (forMs > 0) await sleep(forMs, undefined, { ref: false });
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
