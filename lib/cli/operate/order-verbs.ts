/** The verbs that change something: each says who asks and why, and the dangerous ones are confirmed. */
import type { Command } from 'commander';
import type { PairStatus } from '../../core/operator/reply.ts';
import { usage } from '../errors.ts';
import { positive } from './flags.ts';
import { confirm, expectSure, type OrderFlags, sendOrder, signed } from './order.ts';
import { choosePair } from './target.ts';
import { statusIn } from './texts.ts';
import { type Context, carryOut, present, verb, type Work } from './verb.ts';

/** All options that an order can have, as commander gives them. */
interface Flags extends OrderFlags {
  readonly to?: string;
  readonly from?: string;
  readonly force?: true;
  readonly acceptLoss?: true;
  readonly killLong?: true;
  readonly node?: string;
  readonly minutes?: number;
  readonly incident?: string;
}

interface OrderVerb {
  readonly name: string;
  readonly about: string;
  readonly examples: readonly string[];
  readonly options: (command: Command) => Command;
  /** What the request has beside pair, by, why and id. */
  readonly request: (flags: Flags) => object;
  /** What a person confirms; absent where nothing is moved and nothing can be lost. */
  readonly danger?: (flags: Flags, direction: Direction) => string;
  readonly isMove?: true;
}

/** From where to where; null where it is not known. */
interface Direction {
  readonly from: string | null;
  readonly to: string | null;
}

const directed = (command: Command) =>
  command
    .option('--to <node>', 'the node to move to')
    .option('--from <node>', 'or the node to move away from');
const forced = (what: string) => (command: Command) => command.option('--force', what);

const verbs: readonly OrderVerb[] = [
  {
    name: 'failover',
    about: 'Moves the VIP to the other node, also from a holder that is lost.',
    examples: [
      'failover orders --to db2 --env prod --why "db1 hangs"',
      'failover orders --to db2 --force --accept-loss --why "db1 is gone for good, agreed with Ann"',
    ],
    options: (command) =>
      forced('also to a node that is not fit, or away from one that cannot be closed')(
        directed(command),
      ).option('--accept-loss', 'lose what the node has not applied in time'),
    request: ({ to, from, force = false, acceptLoss = false }) => ({ to, from, force, acceptLoss }),
    danger: ({ force, acceptLoss }, { from, to }) =>
      `FAIL OVER from ${from ?? 'the holder'} to ${to ?? 'the standby'}${force ? ' by force' : ''}${acceptLoss ? ', and LOSE what it has not applied' : ''}`,
    isMove: true,
  },
  {
    name: 'switchover',
    about: 'Moves the VIP and loses no write: it is undone if it cannot succeed.',
    examples: [
      'switchover orders --to db2 --env prod --why "kernel update on db1"',
      'switchover orders --from db1 --kill-long --why "kernel update on db1"',
    ],
    options: (command) =>
      forced('undo a move of the last minute')(directed(command)).option(
        '--kill-long',
        'end long sessions, which would block it',
      ),
    request: ({ to, from, force = false, killLong = false }) => ({ to, from, force, killLong }),
    danger: ({ killLong }, { from, to }) =>
      `SWITCH OVER from ${from ?? 'the holder'} to ${to ?? 'the standby'}${killLong ? ', and kill long sessions' : ''}`,
    isMove: true,
  },
  {
    name: 'pause',
    about: 'No automatic move for a while; it always ends by itself. Orders are still carried out.',
    examples: ['pause orders --minutes 60 --env prod --why "kernel update"'],
    options: (command) =>
      command.requiredOption('--minutes <minutes>', 'for how long, at most 1440', positive(1440)),
    request: ({ minutes }) => ({ minutes }),
  },
  {
    name: 'resume',
    about: 'Ends a pause.',
    examples: ['resume orders --env prod --why "done"'],
    options: (command) => command,
    request: () => ({}),
  },
  {
    name: 'acknowledge',
    about:
      'Takes on the open incident, so that it is not escalated; resets the flap guard, and accepts a changed identity of the holder.',
    examples: [
      'acknowledge orders --env prod --why "the disk of db1 is replaced"',
      'acknowledge orders --incident 41c0ffee --why "I take care of it"',
    ],
    options: (command) =>
      command.option('--incident <id>', 'only the incident: the flap guard stays as it is'),
    request: ({ incident }) => (incident === undefined ? {} : { incident }),
  },
  {
    name: 'release',
    about: 'Gives a node in quarantine its security groups back.',
    examples: ['release orders --node db1 --env prod --why "db1 is read-only, checked"'],
    options: (command) => command.requiredOption('--node <node>', 'the node in quarantine'),
    request: ({ node }) => ({ node }),
    danger: ({ node }) => `RELEASE ${node} from quarantine, so that clients can reach it again`,
  },
  {
    name: 'reattach',
    about: 'Lets the holder receive from the old holder again, including what only the old holder has.',
    examples: [
      'reattach orders --env prod --why "db1 was rebuilt"',
      'reattach orders --accept-loss --why "its three rows do not matter"',
    ],
    options: (command) =>
      command.option(
        '--accept-loss',
        'apply the writes of the old holder, also over newer rows of the holder',
      ),
    request: ({ acceptLoss = false }) => ({ acceptLoss }),
    danger: ({ acceptLoss }) =>
      `REATTACH the channel from the old holder${acceptLoss ? ', and let it OVERWRITE newer rows' : ''}`,
  },
];

export function orderVerbs(context: Context): readonly Command[] {
  return verbs.map((each) => orderVerb(context, each));
}

function orderVerb(context: Context, order: OrderVerb): Command {
  return order
    .options(verb(order.name, order.about, order.examples))
    .argument('[pair]', 'the pair (default: the only one)')
    .option('--why <text>', 'why; goes into the history and the alerts')
    .option('--by <name>', 'who asks (default: you)')
    .option('--id <id>', 'the id of an earlier order: the same order again, never a second one')
    .option('--yes', 'do not ask for confirmation')
    .action((given: string | undefined, flags: Flags) =>
      carryOut(context, flags, (work) => giveOrder(work, order, given)),
    );
}

async function giveOrder(work: Work<Flags>, order: OrderVerb, given: string | undefined): Promise<number> {
  const { target, flags } = work;
  if (order.danger) expectSure(work, order.name);
  const hasDirection = flags.to !== undefined || flags.from !== undefined;
  // A person sees the direction before it is done; a script has to say it.
  if (order.isMove && !hasDirection && flags.yes)
    throw usage(
      '--to: got nothing; want the node to move to, or --from, the node to move away from. To fix it: add --to.',
    );
  const pair = await choosePair(target, given);
  const asked = await signed(work);
  // What a person confirms, they see first; nothing is asked where nobody does.
  const status =
    order.danger && !flags.yes ? statusIn(await target.invoke({ action: 'status', pair }), pair) : undefined;
  const direction = directionOf(status, flags);
  if (order.danger && !flags.yes)
    await confirm(
      work,
      pair,
      status,
      order.danger(flags, order.isMove ? direction : { from: null, to: null }),
    );
  const to = order.isMove && !hasDirection ? direction.to : flags.to;
  const own = order.request({ ...flags, ...(to ? { to } : {}) });
  const request = { action: order.name, pair, ...asked, ...own };
  return present(work, await sendOrder(work, pair, request, asked));
}

/** From where to where a move goes, as far as it was said or is seen. */
function directionOf(status: PairStatus | undefined, { to, from }: Flags): Direction {
  const names = status?.nodes.map(({ node }) => node) ?? [];
  const holder = status?.holder ?? from ?? null;
  return { from: holder, to: to ?? names.find((name) => name !== holder) ?? null };
}
