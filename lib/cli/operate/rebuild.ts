/** `rebuild`: replaces all data of a node by the holder's. It may take many invocations: the same order goes on. */
import type { Command } from 'commander';
import type { Reply } from '../../core/operator/reply.ts';
import { confirm, expectSure, type OrderFlags, sendOrder, signed } from './order.ts';
import { choosePair } from './target.ts';
import { statusIn } from './texts.ts';
import { untilFinished } from './until-finished.ts';
import { type Context, carryOut, present, verb, type Work } from './verb.ts';

interface Flags extends OrderFlags {
  readonly acceptLoss?: true;
  readonly dryRun?: true;
}

export function rebuildVerb(context: Context): Command {
  return verb(
    'rebuild',
    "Replaces all data of a node by the holder's, and has it replicate again. Its own binary logs are kept on its host.",
    [
      'rebuild orders db1 --dry-run   # what it would do, and what db1 has of its own',
      'rebuild orders db1 --env prod --why "db1 came back with its own rows"',
      'rebuild orders db1 --accept-loss --why "its three rows are entered again, agreed with Ann"',
    ],
  )
    .argument('<pair>', 'the pair')
    .argument('<node>', 'the node to rebuild: never the holder')
    .option('--accept-loss', 'although the node has transactions that the holder lacks')
    .option('--dry-run', 'say what it would do, and change nothing')
    .option('--why <text>', 'why; goes into the history and the alerts')
    .option('--by <name>', 'who asks (default: you)')
    .option('--id <id>', 'the id of an earlier order, to go on with it')
    .option('--yes', 'do not ask for confirmation')
    .action((pair: string, node: string, flags: Flags) =>
      carryOut<Flags>(context, flags, (work) => giveOrder(work, pair, node)),
    );
}

async function giveOrder(work: Work<Flags>, named: string, node: string): Promise<number> {
  const { target, flags } = work;
  const { dryRun = false, acceptLoss = false } = flags;
  if (!dryRun) expectSure(work, 'rebuild');
  const pair = await choosePair(target, named);
  const asked = await signed(work);
  if (!dryRun && !flags.yes) {
    const status = statusIn(await target.invoke({ action: 'status', pair }), pair);
    const loses = acceptLoss ? ', and LOSE what only it has' : '';
    await confirm(work, pair, status, `REPLACE ALL DATA of ${node} by the holder's${loses}`);
  }
  const request = { action: 'rebuild', pair, node, acceptLoss, dryRun, ...asked };
  const give = () => sendOrder(work, pair, request, asked);
  const hear = ({ lines }: Reply) => work.io.note(lines.at(-1) ?? 'it goes on');
  return present(work, await untilFinished({ id: asked.id, give, hear }));
}
