/** Asks one host what it is: the document `host-facts`. */
import type { Pair } from '../core/config/config.ts';
import type { NodeName } from '../core/names.ts';
import type { setupUsers } from '../core/setup/accounts.ts';
import { type HostFacts, isWholeAnswer, parseHostFacts } from '../core/setup/facts.ts';
import { PortError } from './ports/port-error.ts';
import type { Ports } from './ports/ports.ts';

interface Asking {
  /** The accounts that it is asked for. */
  readonly users: Readonly<Record<keyof typeof setupUsers, string>>;
  /** How much a copy takes, and the room for it, are counted too. @default false */
  readonly isForCopy?: boolean;
  readonly limitMs: number;
}

/** Throws what the host port throws, and a `PortError` for half an answer. */
export async function askHost(
  { host }: Pick<Ports, 'host'>,
  pair: Pair,
  node: NodeName,
  { users, isForCopy = false, limitMs }: Asking,
): Promise<HostFacts> {
  const given = {
    Monitor: users.monitor,
    Replication: users.replication,
    Room: isForCopy ? 'yes' : 'no',
  };
  const printed = await host.run(pair, node, 'host-facts', limitMs, given);
  if (isWholeAnswer(printed)) return parseHostFacts(printed);
  throw new PortError(
    'unsuccessful',
    `host-facts on ${node}: the answer was cut off, so it is not known what the host is`,
  );
}
