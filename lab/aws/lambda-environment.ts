/** One execution environment: a process of its own, reused while warm, frozen between invocations. */
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { LogLine } from './events.ts';
import { type Guardian, guard } from './guardian.ts';
import type { FunctionCpu } from './lambda-cpu.ts';
import { defaultMegabytes, type FunctionSpec, startProcess } from './lambda-process.ts';

export type { FunctionSpec };

/** Lambda gives a function 10 s to load, which do not count against its time limit. */
const initLimitMs = 10_000;

/** The result of an invocation. `payload` is JSON; `functionError` is null when the handler returned. */
export interface InvocationOutcome {
  readonly payload: string;
  readonly functionError: 'Unhandled' | null;
}

interface ErrorShape {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

type FromRuntime =
  | { readonly kind: 'ready' }
  | { readonly kind: 'init-error'; readonly error: ErrorShape }
  | { readonly kind: 'result'; readonly requestId: string; readonly payload: string }
  | { readonly kind: 'error'; readonly requestId: string; readonly error: ErrorShape };

export type EnvironmentState = 'starting' | 'busy' | 'idle' | 'frozen' | 'dead';

export interface EnvironmentParts {
  /** What every function finds in its environment: region, credentials, endpoint. */
  readonly awsEnvironment: Readonly<Record<string, string>>;
  readonly functionArn: string;
  readonly guardian: Guardian;
  readonly cpu: FunctionCpu;
  readonly onLog: (line: LogLine) => void;
}

export class ExecutionEnvironment {
  readonly spec: FunctionSpec;
  readonly #child: ChildProcess;
  readonly #parts: EnvironmentParts;
  readonly #ready: Promise<ErrorShape | null>;
  readonly ended: Promise<void>;
  #state: EnvironmentState = 'starting';
  #requestId: string | null = null;
  #usedAtMs = 0;
  #hear: (message: FromRuntime) => void = () => undefined;

  constructor(spec: FunctionSpec, parts: EnvironmentParts) {
    this.spec = spec;
    this.#parts = parts;
    this.#child = startProcess(spec, parts.awsEnvironment, parts.functionArn);
    guard(parts.guardian, this.#child);
    this.ended = new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      this.#child.once('error', () => resolve());
    });
    this.#ready = this.#load().finally(() => this.#limitCpu());
    void this.ended.then(() => parts.cpu.forget(this.pid));
    this.#child.on('message', (message) => this.#hear(message as FromRuntime));
    this.#child.once('exit', () => {
      this.#state = 'dead';
    });
    this.#follow('stdout');
    this.#follow('stderr');
  }

  get state(): EnvironmentState {
    return this.#state;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The invocation that it is at, or was last at. */
  get requestId(): string | null {
    return this.#requestId;
  }

  /** Whether it can take an invocation. */
  get isFree(): boolean {
    return this.#state === 'idle' || this.#state === 'frozen';
  }

  /** When its last invocation ended. Milliseconds since the process began. */
  get usedAtMs(): number {
    return this.#usedAtMs;
  }

  /** Carries out one invocation, and freezes afterwards. Never rejects. */
  async invoke(requestId: string, event: unknown): Promise<InvocationOutcome> {
    this.#requestId = requestId;
    if (this.#state === 'frozen') this.#child.kill('SIGCONT');
    if (this.#state !== 'starting') this.#state = 'busy';
    const fault = await this.#ready;
    if (fault) {
      this.kill();
      return failed(fault);
    }
    this.#state = 'busy';
    const outcome = await this.#run(requestId, event);
    if (this.#state === 'busy') this.#rest();
    return outcome;
  }

  /** SIGKILL: the only signal that also ends a frozen process. */
  kill(): void {
    this.#state = 'dead';
    this.#child.kill('SIGKILL');
  }

  /** It has the whole CPU while it loads, and its share from then on. */
  #limitCpu(): void {
    if (this.#state === 'dead') return;
    this.#parts.cpu.limit(this.pid, this.spec.memoryMegabytes ?? defaultMegabytes);
  }

  #rest(): void {
    this.#usedAtMs = performance.now();
    const freezes = this.spec.freeze ?? true;
    if (freezes) this.#child.kill('SIGSTOP');
    this.#state = freezes ? 'frozen' : 'idle';
  }

  #load(): Promise<ErrorShape | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(
        () => resolve(sandbox('Sandbox.Timedout', `Init took more than ${initLimitMs / 1000} s`)),
        initLimitMs,
      );
      timer.unref();
      this.#hear = (message) => {
        if (message.kind !== 'ready' && message.kind !== 'init-error') return;
        clearTimeout(timer);
        resolve(message.kind === 'ready' ? null : message.error);
      };
      this.#child.once('error', (error) => resolve(sandbox('Runtime.InvalidEntrypoint', error.message)));
      this.#child.once('exit', (code, signal) => {
        clearTimeout(timer);
        resolve(exited(this.#requestId ?? '', code, signal));
      });
    });
  }

  #run(requestId: string, event: unknown): Promise<InvocationOutcome> {
    const limitMs = this.spec.timeoutSeconds * 1000;
    return new Promise((resolve) => {
      const onExit = (code: number | null, signal: NodeJS.Signals | null) =>
        settle(failed(exited(requestId, code, signal)));
      const timer = setTimeout(() => {
        const seconds = this.spec.timeoutSeconds.toFixed(2);
        settle(
          failed(
            sandbox(
              'Sandbox.Timedout',
              `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`,
            ),
          ),
        );
        this.kill();
      }, limitMs);
      const settle = (outcome: InvocationOutcome) => {
        clearTimeout(timer);
        this.#child.off('exit', onExit);
        this.#hear = () => undefined;
        resolve(outcome);
      };
      this.#child.once('exit', onExit);
      this.#hear = (message) => {
        if (message.kind === 'result') settle({ payload: message.payload, functionError: null });
        if (message.kind === 'error') settle(failed(message.error));
      };
      if (this.#state === 'dead') return onExit(null, 'SIGKILL');
      this.#child.send({ requestId, event, deadlineAtMs: Date.now() + limitMs }, () => undefined);
    });
  }

  #follow(stream: 'stdout' | 'stderr'): void {
    const source = this.#child[stream];
    if (!source) return;
    createInterface({ input: source }).on('line', (text) =>
      this.#parts.onLog({
        atMs: Date.now(),
        functionName: this.spec.name,
        requestId: this.#requestId,
        stream,
        text,
      }),
    );
  }
}

function failed(error: ErrorShape): InvocationOutcome {
  return { payload: JSON.stringify(error), functionError: 'Unhandled' };
}

function sandbox(errorType: string, errorMessage: string): ErrorShape {
  return { errorType, errorMessage };
}

function exited(requestId: string, code: number | null, signal: NodeJS.Signals | null): ErrorShape {
  const how = signal ? `signal: ${signal === 'SIGKILL' ? 'killed' : signal}` : `exit status ${code}`;
  return sandbox('Runtime.ExitError', `RequestId: ${requestId} Error: Runtime exited with error: ${how}`);
}
