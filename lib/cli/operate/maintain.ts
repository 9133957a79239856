/** `maintain`: both servers changed by one order, which goes on until it is done and can be stopped before each step. */
import type { Command } from 'commander';
import type { Reply } from '../../core/operator/reply.ts';
import { usage } from '../errors.ts';
import { type Asked, confirm, expectSure, type OrderFlags, signed } from './order.ts';
import { statusIn } from './texts.ts';
import { untilFinished } from './until-finished.ts';
import { type Context, carryOutOn, present, verb, type Work } from './verb.ts';

interface Flags extends OrderFlags {
  readonly restart?: true;
  readonly reboot?: true;
  readonly command?: string;
  readonly node?: string;
  readonly back?: true;
  readonly killLong?: true;
  readonly dryRun?: true;
  readonly stop?: true;
}

export function maintainVerb(context: Context): Command {
  return verb(
    'maintain',
    'Changes both servers under load: the standby, a switchover, then the other node.',
    [
      'maintain orders --restart --dry-run --env prod',
      'maintain orders --restart --env prod --why "max_connections raised in my.cnf"',
      'maintain orders --reboot --env prod --why "a new kernel"',
      'maintain orders --command upgrade --back --env prod --why "MySQL 8.4.5"',
      'maintain orders --stop --env prod --why "not today"',
    ],
  )
    .argument('[pair]', 'the pair (default: the only one)')
    .option('--restart', 'restart the server: it reads my.cnf again')
    .option('--reboot', 'reboot the host')
    .option(
      '--command <name>',
      'run the SSM document that `maintenance` of the environment file has under this name',
    )
    .option('--node <node>', 'only this node')
    .option('--back', 'at the end, switch over back to the node that holds the VIP now')
    .option('--kill-long', 'end long sessions instead of waiting for them')
    .option('--dry-run', 'show the steps, and change nothing')
    .option('--stop', 'stop the maintenance at work before its next step; what was changed stays')
    .option('--why <text>', 'why; goes into the history and the alerts')
    .option('--by <name>', 'who asks (default: you)')
    .option('--id <id>', 'the id of an earlier order: the same order again, never a second one')
    .option('--yes', 'do not ask for confirmation')
    .action(carryOutOn<Flags>(context, maintain));
}

async function maintain(work: Work<Flags>, pair: string): Promise<number> {
  const { flags, target } = work;
  const what = whatOf(flags);
  if (!flags.dryRun) expectSure(work, 'maintain');
  const asked = flags.dryRun ? { ...unsigned, ...(await signedIfSaid(work)) } : await signed(work);
  const { node, back = false, killLong = false, stop = false, dryRun = false } = flags;
  const own = { ...what, ...(node === undefined ? {} : { node }), back, killLong, stop, dryRun };
  const request = { action: 'maintain', pair, ...asked, ...own };
  if (!flags.yes && !dryRun) {
    const status = statusIn(await target.invoke({ action: 'status', pair }), pair);
    await confirm(work, pair, status, dangerOf(flags));
  }
  return present(work, await untilDone(work, pair, request, asked));
}

/** A person may stop it by Ctrl-C: the step at work is ended, and no other begins. */
async function untilDone(work: Work<Flags>, pair: string, request: object, asked: Asked): Promise<Reply> {
  const { target, io } = work;
  const { by, why, id } = asked;
  const stop = { action: 'maintain', pair, by, why: `stopped: ${why}`.slice(0, 500), stop: true };
  const shown = new Set<string>();
  const hear = ({ lines }: Reply) => {
    for (const line of lines.slice(0, -1)) {
      if (shown.has(line) || !line.startsWith('changed')) continue;
      shown.add(line);
      io.note(`  ${line}`);
    }
  };
  const onInterrupt = io.onInterrupt(() => {
    io.note('  stopping before the next step …');
    void target
      .invoke(stop)
      .catch(() => io.note(`  not stopped; give it again with maintain ${pair} --stop`));
  });
  try {
    return await untilFinished({ id, give: () => target.invoke(request), hear });
  } finally {
    onInterrupt();
  }
}

const unsigned: Asked = { by: 'nobody', why: 'dry run', id: 'dry-run' };

async function signedIfSaid({ flags }: Work<Flags>): Promise<Partial<Asked>> {
  return { ...(flags.by ? { by: flags.by } : {}), ...(flags.why ? { why: flags.why } : {}) };
}

const works = ['restart', 'reboot', 'command'] as const;

function whatOf(flags: Flags): object {
  if (flags.stop) return {};
  const given = works.filter((name) => flags[name] !== undefined);
  const [work] = given;
  if (work === undefined || given.length > 1) {
    const got = given.length === 0 ? 'nothing' : given.map((name) => `--${name}`).join(' and ');
    throw usage(
      `maintain: got ${got}; want one of ${works.map((name) => `--${name}`).join(', ')}. To fix it: give one.`,
    );
  }
  return { work, ...(flags.command === undefined ? {} : { command: flags.command }) };
}

function dangerOf({ stop, reboot, command, node, back }: Flags): string {
  if (stop) return 'STOP the maintenance before its next step';
  const what = command === undefined ? (reboot ? 'REBOOT the hosts of' : 'RESTART') : `RUN ${command} on`;
  const nodes = node ?? 'both servers';
  return `${what} ${nodes}, one after the other, with a switchover${back ? ' and one back' : ''}`;
}
