/** Run Command: one command on one host, from Pending to its end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Guardian, guard } from './guardian.ts';
import type { Script } from './ssm-document.ts';

/** The host behind an instance, as its SSM agent would find it. */
export interface Host {
  /** Whether commands get there: the machine is up, and so are its network and its agent. */
  readonly reachable: boolean;
  /** The environment of scripts: a PATH whose commands act on the lab's processes. */
  readonly environment: Readonly<Record<string, string>>;
  /** Reboots it, and resolves when its agent is back. A host without it cannot be rebooted by a script. */
  readonly reboot?: () => Promise<void>;
  /** Cuts its power and boots it; resolves when its agent is back. Only where the run may lose it. */
  readonly crash?: () => Promise<void>;
}

/** How slow and how bad SSM is. */
export interface SsmTiming {
  /** How long GetCommandInvocation says InvocationDoesNotExist after SendCommand. */
  visibleAfterMs: number;
  /** From Pending to InProgress on a host that can be reached. */
  deliveryMs: number;
  /** Up to so much longer, each command anew. */
  deliverySpreadMs: number;
  /** What SSM's second is worth, in milliseconds: its least timeout is 30 of them. */
  secondMs: number;
  /** Whether every command gets to its host twice: at the same time, when the first has ended, or both in turns. */
  twice: 'no' | 'at-once' | 'afterwards' | 'both';
  /** How long a script runs before its host crashes, once for each document that changes a host; null for never. */
  crashAfterMs: number | null;
  /** From a script that asks for a reboot to the reboot: the agent has `shutdown` wait for a minute. */
  rebootAfterMs: number;
}

export type CommandStatus =
  | { readonly status: 'Pending'; readonly details: 'Pending' | 'Delayed' }
  | { readonly status: 'InProgress'; readonly details: 'InProgress' }
  | { readonly status: 'Success'; readonly details: 'Success' }
  | { readonly status: 'Failed'; readonly details: 'Failed' }
  | { readonly status: 'TimedOut'; readonly details: 'DeliveryTimedOut' | 'ExecutionTimedOut' };

/** A command on one host, as far as it has got. */
export interface Invocation {
  readonly commandId: string;
  readonly instanceId: string;
  readonly document: string;
  readonly script: Script;
  readonly sentAtMs: number;
  state: CommandStatus;
  responseCode: number;
  stdout: string;
  stderr: string;
  child: ChildProcess | null;
}

export interface CommandParts {
  readonly hostOf: (instanceId: string) => Host;
  readonly timing: SsmTiming;
  readonly guardian: Guardian;
  readonly onChange: (invocation: Invocation) => void;
  readonly isClosed: () => boolean;
  /** Crashes the host in the middle of this command; null where it is to run undisturbed. */
  readonly crashOf: (invocation: Invocation) => (() => Promise<void>) | null;
  /** Reboots the host once, however many commands ask for it at the same time: the agent remembers that it is to. */
  readonly rebootOf: (instanceId: string) => (() => Promise<void>) | null;
}

/** Delivers the command when the host can be reached, and runs it. Resolves at its end, whatever that is. */
export async function carryOut(
  invocation: Invocation,
  timeoutSeconds: number,
  parts: CommandParts,
): Promise<void> {
  const become = (state: CommandStatus) => {
    if (invocation.state.details === state.details) return;
    invocation.state = state;
    parts.onChange(invocation);
  };
  const untilMs = Date.now() + timeoutSeconds * parts.timing.secondMs;
  const { deliveryMs, deliverySpreadMs } = parts.timing;
  await sleep(deliveryMs + Math.random() * deliverySpreadMs, undefined, { ref: false });
  while (!parts.hostOf(invocation.instanceId).reachable) {
    if (parts.isClosed()) return;
    if (Date.now() >= untilMs) return become({ status: 'TimedOut', details: 'DeliveryTimedOut' });
    become({ status: 'Pending', details: 'Delayed' });
    await sleep(100, undefined, { ref: false });
  }
  if (parts.isClosed()) return;
  become({ status: 'InProgress', details: 'InProgress' });
  const end = await runToEnd(invocation, parts);
  if (end === 'time-is-up') return become({ status: 'TimedOut', details: 'ExecutionTimedOut' });
  invocation.responseCode = end;
  become(end === 0 ? { status: 'Success', details: 'Success' } : { status: 'Failed', details: 'Failed' });
}

/** Ends the script, and all that it started in its process group. */
export function killScript(invocation: Invocation): void {
  const pid = invocation.child?.pid;
  if (pid === undefined || invocation.child?.exitCode !== null) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}

/** By this a script asks the agent for a reboot, and to be run again after it. */
const rebootCode = 194;
/** The agent's own limit (`CommandRetryLimit`). */
const rebootsMax = 15;

/** Over all reboots, asked for or not: the command is in progress meanwhile, and the agent begins it again. */
async function runToEnd(invocation: Invocation, parts: CommandParts): Promise<number | 'time-is-up'> {
  for (let reboots = 0; ; reboots += 1) {
    const end = await run(invocation, parts);
    if (parts.isClosed()) return end === 'crashed' ? 137 : end;
    if (end === 'crashed') continue;
    const reboot = parts.rebootOf(invocation.instanceId);
    if (end !== rebootCode || reboots >= rebootsMax || !reboot) return end;
    await reboot();
  }
}

/** As the agent does it: the script in a file, run by `sh -c`, so that its first line may name a shell. */
async function run(invocation: Invocation, parts: CommandParts): Promise<number | 'time-is-up' | 'crashed'> {
  const directory = mkdtempSync(join(tmpdir(), 'keepalambda-ssm-'));
  const file = join(directory, '_script.sh');
  writeFileSync(file, `${invocation.script.text}\n`, { mode: 0o700 });
  const child = spawn('sh', ['-c', file], {
    cwd: invocation.script.workingDirectory ?? directory,
    env: { ...parts.hostOf(invocation.instanceId).environment, ...invocation.script.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  invocation.child = child;
  guard(parts.guardian, child, true);
  collect(child, invocation);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    killScript(invocation);
  }, invocation.script.timeoutSeconds * parts.timing.secondMs);
  const crashing = crashLater(invocation, parts);
  const code = await endOf(child);
  clearTimeout(timer);
  const crashed = await crashing.ended();
  rmSync(directory, { recursive: true, force: true });
  if (crashed) return 'crashed';
  return timedOut ? 'time-is-up' : code;
}

interface Crashing {
  /** Whether the host crashed before the script's end; resolves when it is back. */
  ended(): Promise<boolean>;
}

function crashLater(invocation: Invocation, parts: CommandParts): Crashing {
  const crash = parts.crashOf(invocation);
  let crashing: Promise<void> | null = null;
  const begin = () => {
    crashing = crash?.() ?? null;
    killScript(invocation);
  };
  const timer = crash ? setTimeout(begin, parts.timing.crashAfterMs ?? 0) : undefined;
  return {
    async ended() {
      clearTimeout(timer);
      await crashing;
      return crashing !== null;
    },
  };
}

/** SSM keeps the first 24,000 characters of the output and the first 8,000 of the errors. */
function collect(child: ChildProcess, invocation: Invocation): void {
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    invocation.stdout = (invocation.stdout + text).slice(0, 24_000);
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    invocation.stderr = (invocation.stderr + text).slice(0, 8000);
  });
}

/**
 * The script's end is its own exit: a server that it started in the background may hold the pipes for ever,
 * so what is still in them gets a moment and no more.
 */
function endOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(127));
    child.once('exit', (code) => {
      const done = () => resolve(code ?? 137);
      child.once('close', done);
      setTimeout(done, 200).unref();
    });
  });
}
