/** The verbs that work on hosts: the same order is sent again until its work is finished. */
import type { Command } from 'commander';
import type { Reply } from '../../core/operator/reply.ts';
import { confirm, expectSure, type OrderFlags, sayOnInterrupt, signed } from './order.ts';
import { choosePair } from './target.ts';
import { statusIn } from './texts.ts';
import { untilFinished } from './until-finished.ts';
import { type Context, carryOut, present, verb, type Work } from './verb.ts';

/** All options that work on hosts can have, as commander gives them. */
interface Flags extends OrderFlags {
  readonly dryRun?: true;
  readonly from?: string;
  readonly restartHolder?: true;
  readonly channels?: true;
}

interface HostVerb {
  readonly name: string;
  readonly about: string;
  readonly examples: readonly string[];
  readonly options: (command: Command) => Command;
  /** What the request has beside pair, by, why, id and dryRun. */
  readonly request: (flags: Flags) => object;
  /** What a person confirms. */
  readonly danger: (flags: Flags) => string;
}

/** How often an invocation that changed nothing and did not end is repeated. */
const IDLE_MAX = 3;

const verbs: readonly HostVerb[] = [
  {
    name: 'setup',
    about:
      'Makes a healthy pair of two servers: configuration, accounts, replication both ways, the VIP. Repeated, it changes nothing.',
    examples: [
      'setup orders --env prod --dry-run',
      'setup orders --env prod --why "new pair"',
      'setup orders --from db1 --why "db2 is new"',
    ],
    options: (command) =>
      command
        .option('--from <node>', 'the node whose data counts, where the other is empty')
        .option('--restart-holder', 'also restart the server of the node that has the VIP, where needed'),
    request: ({ from, restartHolder = false }) => ({ from, restartHolder }),
    danger: ({ from, restartHolder }) =>
      `SET UP: write configuration and accounts on both hosts, restart their servers${restartHolder ? ', the holder’s too,' : ''} where needed, replicate both ways${from ? ` with the data of ${from}` : ''}, attach the VIP`,
  },
  {
    name: 'remove',
    about:
      'Removes what setup wrote from the hosts. Data stays; replication stays too, unless --channels is given.',
    examples: [
      'remove orders --env prod --dry-run',
      'remove orders --env prod --why "the pair moves to RDS" --channels',
    ],
    options: (command) => command.option('--channels', 'end replication too, and drop its account'),
    request: ({ channels = false }) => ({ channels }),
    danger: ({ channels }) =>
      `REMOVE configuration, accounts, heartbeat and the binding of the VIP${channels ? ', and END REPLICATION' : ''}`,
  },
];

export function hostVerbs(context: Context): readonly Command[] {
  return verbs.map((each) =>
    each
      .options(verb(each.name, each.about, each.examples))
      .argument('[pair]', 'the pair (default: the only one)')
      .option('--dry-run', 'say what would be done, and change nothing')
      .option('--why <text>', 'why; goes into the history')
      .option('--by <name>', 'who asks (default: you)')
      .option('--yes', 'do not ask for confirmation')
      .action((given: string | undefined, flags: Flags) =>
        carryOut(context, flags, (work) => workOnHosts(work, each, given)),
      ),
  );
}

async function workOnHosts(work: Work<Flags>, host: HostVerb, given: string | undefined): Promise<number> {
  const { target, flags } = work;
  const isDry = flags.dryRun ?? false;
  if (!isDry) expectSure(work, host.name);
  const pair = await choosePair(target, given);
  const asked = await signed(isDry ? { ...work, flags: { why: 'a dry run', ...flags } } : work);
  if (!isDry && !flags.yes) {
    const status = statusIn(await target.invoke({ action: 'status', pair }), pair);
    const nodes = status?.nodes.map(({ node }) => node).join(' and ') ?? 'its hosts';
    await confirm(work, pair, status, `${host.danger(flags)}, on ${nodes}`);
  }
  const request = { action: host.name, pair, ...asked, dryRun: isDry, ...host.request(flags) };
  const hear = ({ lines }: Reply) => {
    if (!flags.json) for (const line of lines) work.io.note(line);
  };
  const give = () => target.invoke(request);
  const isHeard = sayOnInterrupt(
    work,
    pair,
    'the step at work goes on without this command, and the same order goes on from there',
  );
  try {
    return present(work, await untilFinished({ id: asked.id, give, hear, idleMax: IDLE_MAX }));
  } finally {
    isHeard();
  }
}
