/** Lambda: functions, their environments, and invocations from outside (HTTP) and inside (schedules, events). */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from './api.ts';
import type { AwsEvents, LogLine } from './events.ts';
import type { Faults } from './faults.ts';
import type { Guardian } from './guardian.ts';
import {
  expectUnreserved,
  type Occupant,
  TooManyRequests,
  unreservedOf,
  whyNoRoom,
} from './lambda-concurrency.ts';
import type { FunctionCpu } from './lambda-cpu.ts';
import { type EnvironmentState, ExecutionEnvironment, type InvocationOutcome } from './lambda-environment.ts';
import type { FunctionSpec } from './lambda-process.ts';

/** How many lines of log are kept for each function. */
const keptLines = 5000;
/** An asynchronous event that finds no room is tried again, as Lambda's queue does, until it is this old. */
const maximumEventAgeMs = 60_000;

export interface EnvironmentView {
  readonly pid: number;
  readonly state: EnvironmentState;
  readonly requestId: string | null;
}

export interface Lambda {
  /** Adds a function, or replaces it: environments of the old one are killed. */
  register(spec: FunctionSpec): void;
  readonly functions: readonly FunctionSpec[];
  /** The account's limits, as GetAccountSettings shows them. */
  readonly concurrency: {
    readonly ConcurrentExecutions: number;
    readonly UnreservedConcurrentExecutions: number;
  };
  arn(name: string): string;
  /** Invokes and waits. Throws an `ApiError` when the function is not there or has no room. */
  invoke(name: string, event: unknown, requestId?: string): Promise<InvocationOutcome>;
  /**
   * Delivers an event and does not wait; no retry when the function fails. Faults on `lambda:Deliver/NAME`
   * are played on it: `twice`, `delay`, and the others as an event that is lost. Throws when there is no such
   * function.
   */
  deliver(name: string, event: unknown): void;
  /**
   * Somebody else's burst takes what is free of the unreserved pool, and each place in it that comes free, until
   * the function that is given back is called.
   */
  burst(): () => void;
  /** SIGKILL to its environments (or to the one at this request), whatever they are at. Gives back how many. */
  kill(name: string, requestId?: string): number;
  environments(name: string): readonly EnvironmentView[];
  /** What the function printed, oldest first, with Lambda's START, END and REPORT lines. */
  logs(name: string): readonly LogLine[];
  close(): Promise<void>;
}

export interface LambdaParts {
  readonly region: string;
  readonly account: string;
  /** What the function of this name finds in its environment: region, credentials, endpoint. */
  readonly awsEnvironment: (name: string) => Readonly<Record<string, string>>;
  readonly guardian: Guardian;
  readonly cpu: FunctionCpu;
  /** The account's limit of invocations at once. */
  readonly concurrency: number;
  readonly events: AwsEvents;
  readonly faults: Faults;
}

interface Registered {
  readonly spec: FunctionSpec;
  readonly logs: LogLine[];
  environments: ExecutionEnvironment[];
}

/** No functions yet. */
export function createLambda(parts: LambdaParts): Lambda {
  const functions = new Map<string, Registered>();
  const arn = (name: string) => `arn:aws:lambda:${parts.region}:${parts.account}:function:${name}`;
  const log = (line: LogLine) => {
    const logs = functions.get(line.functionName)?.logs ?? [];
    logs.push(line);
    if (logs.length > keptLines) logs.splice(0, logs.length - keptLines);
    parts.events.emit('log', line);
  };
  const environmentParts = (name: string) => ({
    awsEnvironment: parts.awsEnvironment(name),
    functionArn: arn(name),
    guardian: parts.guardian,
    cpu: parts.cpu,
    onLog: log,
  });
  let closed = false;
  let bursts = 0;
  const pool = () => ({ limit: parts.concurrency, occupants: [...functions.values()].map(occupantOf) });

  function expectRoom(name: string): void {
    const now = pool();
    // Of the places that come free, the others' backlog is always there first.
    const others = bursts > 0 ? unreservedOf(now) : 0;
    const reason = whyNoRoom({ ...now, others }, name);
    if (reason !== null) throw new TooManyRequests(reason);
  }

  async function invoke(
    name: string,
    event: unknown,
    requestId: string = randomUUID(),
  ): Promise<InvocationOutcome> {
    const found = known(functions, name, arn(name));
    if (closed) throw new ApiError('ServiceException', 'The lab is closing.', 500);
    expectRoom(name);
    const environment = freeEnvironment(found) ?? grow(found, environmentParts(name));
    const startedAtMs = Date.now();
    const platform = (text: string) =>
      log({ atMs: Date.now(), functionName: name, requestId, stream: 'platform', text });
    platform(`START RequestId: ${requestId} Version: $LATEST`);
    const outcome = await environment.invoke(requestId, event);
    if (outcome.functionError) platform(outcome.payload);
    platform(`END RequestId: ${requestId}`);
    platform(`REPORT RequestId: ${requestId} Duration: ${Date.now() - startedAtMs} ms`);
    return outcome;
  }

  async function queue(name: string, event: unknown): Promise<void> {
    const untilMs = Date.now() + maximumEventAgeMs;
    while (!closed && Date.now() < untilMs) {
      try {
        await invoke(name, event);
        return;
      } catch (error) {
        if (!(error instanceof ApiError) || error.code !== 'TooManyRequestsException') return;
        await sleep(1000, undefined, { ref: false });
      }
    }
  }

  async function deliver(name: string, event: unknown): Promise<void> {
    const effect = parts.faults.take('lambda', `Deliver/${name}`);
    if (effect && effect.kind !== 'twice' && effect.kind !== 'delay') return;
    if (effect?.kind === 'delay') await sleep(effect.forMs, undefined, { ref: false });
    await Promise.all(Array.from({ length: effect?.kind === 'twice' ? 2 : 1 }, () => queue(name, event)));
  }

  return {
    arn,
    invoke,
    register(spec) {
      const others = pool().occupants.filter(({ name }) => name !== spec.name);
      const own = { name: spec.name, reserved: spec.reservedConcurrency, running: 0 };
      expectUnreserved({ limit: parts.concurrency, occupants: [...others, own] });
      kill(functions.get(spec.name), undefined);
      functions.set(spec.name, { spec, logs: functions.get(spec.name)?.logs ?? [], environments: [] });
    },
    get functions() {
      return [...functions.values()].map(({ spec }) => spec);
    },
    get concurrency() {
      return {
        ConcurrentExecutions: parts.concurrency,
        UnreservedConcurrentExecutions: unreservedOf(pool()),
      };
    },
    deliver(name, event) {
      known(functions, name, arn(name));
      void deliver(name, event);
    },
    burst() {
      bursts += 1;
      let over = false;
      return () => {
        if (!over) bursts -= 1;
        over = true;
      };
    },
    kill: (name, requestId) => kill(functions.get(name), requestId),
    environments: (name) =>
      alive(functions.get(name)).map(({ pid, state, requestId }) => ({ pid, state, requestId })),
    logs: (name) => functions.get(name)?.logs ?? [],
    async close() {
      closed = true;
      const all = [...functions.values()].flatMap(({ environments }) => environments);
      for (const environment of all) environment.kill();
      await Promise.all(all.map(({ ended }) => ended));
    },
  };
}

function known(functions: ReadonlyMap<string, Registered>, name: string, arn: string): Registered {
  const found = functions.get(name);
  if (!found) throw new ApiError('ResourceNotFoundException', `Function not found: ${arn}`, 404);
  return found;
}

function alive(registered: Registered | undefined): readonly ExecutionEnvironment[] {
  return registered?.environments.filter(({ state }) => state !== 'dead') ?? [];
}

/** The one used last: as Lambda, which lets the others grow cold. */
function freeEnvironment(registered: Registered): ExecutionEnvironment | undefined {
  const free = alive(registered).filter(({ isFree }) => isFree);
  return free.toSorted((one, other) => one.usedAtMs - other.usedAtMs).at(-1);
}

function grow(
  registered: Registered,
  parts: ConstructorParameters<typeof ExecutionEnvironment>[1],
): ExecutionEnvironment {
  const environment = new ExecutionEnvironment(registered.spec, parts);
  registered.environments = [...registered.environments, environment];
  void environment.ended.then(() => {
    registered.environments = registered.environments.filter((other) => other !== environment);
  });
  return environment;
}

/** An environment that rests takes no place in the pool. */
function occupantOf(registered: Registered): Occupant {
  const { name, reservedConcurrency: reserved } = registered.spec;
  return { name, reserved, running: alive(registered).filter(({ isFree }) => !isFree).length };
}

function kill(registered: Registered | undefined, requestId: string | undefined): number {
  const condemned = alive(registered).filter(
    (environment) => requestId === undefined || environment.requestId === requestId,
  );
  for (const environment of condemned) environment.kill();
  return condemned.length;
}
