/** The verbs that only ask: status, explain, doctor, divergence, plan, history, mysql-check. They change nothing. */
import type { Command } from 'commander';
import { Option } from 'commander';
import { exitCodeOf } from '../../core/alert/finding.ts';
import type { Reply } from '../../core/operator/reply.ts';
import { HISTORY_MAX } from '../../core/operator/request.ts';
import { renderSubscriptions } from '../../core/text/subscriptions-text.ts';
import { wholeNumber } from './flags.ts';
import { painter } from './paint.ts';
import { logBook, statusBlock } from './texts.ts';
import { type Context, carryOut, carryOutOn, present, verb, type Work } from './verb.ts';

export function askVerbs(context: Context): readonly Command[] {
  return [
    statusVerb(context),
    explainVerb(context),
    doctorVerb(context),
    divergenceVerb(context),
    planVerb(context),
    historyVerb(context),
    mysqlCheckVerb(context),
  ];
}

function statusVerb(context: Context): Command {
  return verb(
    'status',
    'Who holds the VIP, who takes writes, whether the standby can take over, and what is done.',
    [
      'status',
      'status orders --env prod',
      'status orders --verbose   # and the whole state of the leader, as JSON',
    ],
  )
    .argument('[pair]', 'the pair (default: all)')
    .option('--verbose', 'every detail, and the whole state of the leader')
    .action((pair: string | undefined, flags: { readonly verbose?: true }) =>
      carryOut(context, flags, async (work) => {
        const verbose = flags.verbose === true;
        const reply = await work.target.invoke({ action: 'status', verbose, ...(pair ? { pair } : {}) });
        return present(work, reply, verbose ? verboseLines(reply) : statusLines(work, reply));
      }),
    );
}

function statusLines({ target, io }: Work<object>, { data, lines }: Reply): readonly string[] {
  if (data?.action !== 'status') return lines;
  const paint = painter(io.hasColour);
  const blocks = data.pairs.flatMap((status) => statusBlock(target.environment, status, paint));
  return data.subscriptions === undefined ? blocks : [...blocks, renderSubscriptions(data.subscriptions)];
}

function verboseLines({ data, lines }: Reply): readonly string[] {
  if (data?.action !== 'status') return lines;
  const { lease, states } = data;
  const leader = lease === null ? 'no lease yet' : `lease: epoch ${lease.epoch}, owner ${lease.owner}`;
  return [...lines, leader, ...(states ?? []).map((state) => JSON.stringify(state, null, 2))];
}

function explainVerb(context: Context): Command {
  return verb(
    'explain',
    'Which rule decides now and why, what was seen that led there, and what would have to change.',
    ['explain', 'explain orders --env prod'],
  )
    .argument('[pair]', 'the pair (default: all)')
    .action((pair: string | undefined, flags: object) =>
      carryOut(context, flags, async (work) =>
        present(work, await work.target.invoke({ action: 'explain', ...(pair ? { pair } : {}) })),
      ),
    );
}

function doctorVerb(context: Context): Command {
  return verb(
    'doctor',
    'What is wrong with the settings of both servers, why it matters, and what fixes it. Exit code 1 for a danger, 5 for a warning.',
    ['doctor', 'doctor orders --env prod'],
  )
    .argument('[pair]', 'the pair (default: the only one)')
    .action(
      carryOutOn(context, async (work, pair) => {
        const reply = await work.target.invoke({ action: 'doctor', pair });
        const code = present(work, reply);
        return reply.data?.action === 'doctor' ? exitCodeOf(reply.data.findings) : code;
      }),
    );
}

function divergenceVerb(context: Context): Command {
  return verb(
    'divergence',
    'What each node has and the other lacks: transactions, with the rows that they changed in each table.',
    ['divergence', 'divergence orders --env prod', 'divergence orders --json   # with the counts as data'],
  )
    .argument('[pair]', 'the pair (default: the only one)')
    .action(
      carryOutOn(context, async (work, pair) =>
        present(work, await work.target.invoke({ action: 'divergence', pair })),
      ),
    );
}

interface PlanFlags {
  readonly of: 'failover' | 'switchover';
  readonly force?: true;
  readonly killLong?: true;
}

function planVerb(context: Context): Command {
  return verb(
    'plan',
    'The steps that a failover or a switchover would take now, and what it could lose. Changes nothing.',
    [
      'plan',
      'plan orders --of switchover --env prod',
      'plan orders --force   # what a failover that does not wait for the standby would lose',
    ],
  )
    .argument('[pair]', 'the pair (default: the only one)')
    .addOption(new Option('--of <kind>', 'the plan').choices(['failover', 'switchover']).default('failover'))
    .option('--force', 'also where the standby is not fit')
    .option('--kill-long', 'of a switchover: as if long sessions were killed')
    .action(
      carryOutOn<PlanFlags>(context, async (work, pair) => {
        const { of, force = false, killLong = false } = work.flags;
        return present(work, await work.target.invoke({ action: 'plan', pair, of, force, killLong }));
      }),
    );
}

function historyVerb(context: Context): Command {
  return verb(
    'history',
    'What happened, what was decided, done and alerted: the newest rows, as a log book.',
    ['history', 'history orders --limit 200 --env prod'],
  )
    .argument('[pair]', 'the pair (default: the only one)')
    .option('--limit <rows>', `how many rows, 1 to ${HISTORY_MAX}`, wholeNumber(1, HISTORY_MAX), 50)
    .action(
      carryOutOn<{ readonly limit: number }>(context, async (work, pair) => {
        const reply = await work.target.invoke({ action: 'history', pair, limit: work.flags.limit });
        const { data, lines } = reply;
        const rows = data?.action === 'history' ? data.rows : [];
        return present(work, reply, rows.length > 0 ? logBook(rows, painter(work.io.hasColour)) : lines);
      }),
    );
}

function mysqlCheckVerb(context: Context): Command {
  return verb('mysql-check', 'What mysql_check.sh would find wrong with the replication of both nodes.', [
    'mysql-check',
    'mysql-check orders --env prod',
  ])
    .argument('[pair]', 'the pair (default: the only one)')
    .action(
      carryOutOn(context, async (work, pair) =>
        present(work, await work.target.invoke({ action: 'check', pair })),
      ),
    );
}
