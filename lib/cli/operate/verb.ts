/** What every operators' verb shares: its options, its target, JSON, and how it ends. */
import { Command } from 'commander';
import type { Reply } from '../../core/operator/reply.ts';
import { CliError, exitCodes } from '../errors.ts';
import type { Io } from '../io.ts';
import { choosePair, type OpenInvoke, openTarget, type Target, type TargetFlags } from './target.ts';

/** What the verbs work with. */
export interface Context {
  /** Where the environments are. */
  readonly directory: string;
  readonly io: Io;
  readonly open: OpenInvoke;
}

export interface SharedFlags extends TargetFlags {
  readonly json?: true;
}

/** What a verb is given to work. */
export interface Work<Flags> {
  readonly target: Target;
  readonly io: Io;
  readonly flags: Flags & SharedFlags;
}

/** A command with the options that all verbs have, and examples. */
export function verb(name: string, about: string, examples: readonly string[]): Command {
  return new Command(name)
    .description(about)
    .option('--env <name>', 'the environment (default: KEEPALAMBDA_ENV, or the only one)')
    .option('--region <region>', "its region (default: the environment file's, or AWS_REGION)")
    .option('--json', 'the answer as one line of JSON')
    .addHelpText('after', ['', 'Examples:', ...examples.map((line) => `  keepalambda ${line}`)].join('\n'));
}

/** Does the work of a verb: what stops it is said once, as text or as JSON, and ends it with its own code. */
export async function carryOut<Flags extends object>(
  { directory, io, open }: Context,
  flags: Flags & SharedFlags,
  work: (given: Work<Flags>) => Promise<number>,
): Promise<void> {
  // Which one was asked for is not known where the answer is that several would do.
  let environment: string | null = null;
  try {
    const target = await openTarget(directory, flags, io.env, open);
    environment = target.environment;
    io.exitWith(await work({ target, io, flags }));
  } catch (error) {
    if (!(error instanceof CliError) || flags.json !== true) throw error;
    io.tell(JSON.stringify({ environment, ok: false, outcome: outcomeOf(error), lines: error.lines }));
    io.exitWith(error.exitCode);
  }
}

/** The same for a verb about one pair: the one that is named, or the only one. */
export function carryOutOn<Flags extends object>(
  context: Context,
  work: (given: Work<Flags>, pair: string) => Promise<number>,
): (named: string | undefined, flags: Flags & SharedFlags) => Promise<void> {
  return (named, flags) =>
    carryOut<Flags>(context, flags, async (given) => work(given, await choosePair(given.target, named)));
}

function outcomeOf({ exitCode }: CliError): string {
  switch (exitCode) {
    case exitCodes.unreachable:
      return 'unreachable';
    case exitCodes.usage:
      return 'faulty';
    case exitCodes.refused:
      return 'refused';
    default:
      return 'failed';
  }
}

/** What a script learns from a reply. */
export function exitCodeOfReply({ outcome }: Reply): number {
  switch (outcome) {
    case 'done':
      return exitCodes.done;
    case 'failed':
      return exitCodes.failed;
    case 'refused':
      return exitCodes.refused;
    case 'faulty':
      return exitCodes.usage;
  }
}

/** Prints a reply: its lines, or JSON. What was not done goes to standard error, with how it is not done. */
export function present({ target, io, flags }: Work<object>, reply: Reply, lines = reply.lines): number {
  if (flags.json) io.tell(JSON.stringify({ environment: target.environment, ...reply }));
  else if (reply.ok) for (const line of lines) io.tell(line);
  else noteNotDone(io, reply, lines);
  return exitCodeOfReply(reply);
}

/** The steps of work on hosts come first, each with its own result: what was not done is the rest. */
function noteNotDone(io: Io, { outcome, data }: Reply, lines: readonly string[]): void {
  const steps = data && 'steps' in data ? data.steps.length : 0;
  const word = outcome === 'faulty' ? 'wrong' : outcome;
  for (const [index, line] of lines.entries()) io.note(index < steps ? line : `${word}: ${line}`);
}
