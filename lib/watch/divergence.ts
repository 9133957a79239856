/** Asks both sides of a pair what each has and the other lacks. Changes nothing. */
import type { Pair } from '../core/config/config.ts';
import type { Situation } from '../core/decision/situation.ts';
import type { ServerFacts } from '../core/doctor/facts.ts';
import type { NodeName } from '../core/names.ts';
import { type Extent, extentOf, type Lack, parseCounts } from '../core/standby/divergence.ts';
import { PortError } from './ports/port-error.ts';
import type { Ports } from './ports/ports.ts';
import { reason } from './step-context.ts';

/** How long a server may take to say where its binary log is. Milliseconds. */
const ASK_LIMIT_MS = 12_000;
/** How long reading the binary log may take, with the way there and back: more than its document takes. Milliseconds. */
const READ_LIMIT_MS = 150_000;

type Asked = Pick<Ports, 'database' | 'host'>;

/** Both directions; the one from the old holder (or the standby) first. Never throws for what the world does. */
export async function divergenceOf(
  ports: Asked,
  { pair, holder, standby }: Situation,
): Promise<readonly Lack[]> {
  const ways = [
    [standby, holder],
    [holder, standby],
  ] as const;
  return Promise.all(
    ways.map(async ([has, lacks]) => {
      const extent = extentOf(has.server, lacks.server);
      const read = await readLog(ports, pair, has.node, extent);
      return { has: has.node, lacks: lacks.node, extent, ...read };
    }),
  );
}

/** What the binary log shows of these transactions, or why it is not known. */
async function readLog(
  { database, host }: Asked,
  pair: Pair,
  node: NodeName,
  extent: Extent,
): Promise<Pick<Lack, 'counted' | 'unread'>> {
  if (extent.kind !== 'set' && extent.kind !== 'behind') return { counted: null, unread: null };
  if (!pair.hostWork)
    return {
      counted: null,
      unread:
        'nothing may run on the hosts of this pair: set hostWork: true in its environment file, and deploy',
    };
  try {
    const facts = await database.examine(pair, node, 'quick', ASK_LIMIT_MS);
    const parameters = parametersOf(facts, extent);
    const printed = await host.run(pair, node, 'count-transactions', READ_LIMIT_MS, parameters);
    return { counted: parseCounts(printed), unread: null };
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    return { counted: null, unread: reason(error) };
  }
}

function parametersOf({ variables }: ServerFacts, extent: Extent): Readonly<Record<string, string>> {
  const { log_bin_basename: Log, server_id: ServerId } = variables;
  if (Log === undefined || Log === '' || ServerId === undefined)
    throw new PortError('unsuccessful', 'the server does not say where its binary log is');
  return {
    Log,
    ServerId,
    Transactions: extent.kind === 'set' ? extent.set : 'NONE',
    Place: extent.kind === 'behind' ? extent.place : 'NONE',
  };
}
