/** The proof of a pair: a database made on each side is seen on the other, and the VIP answers. */
import { type Pair, peerOf } from '../../core/config/config.ts';
import type { NodeName } from '../../core/names.ts';
import { PortError } from '../ports/port-error.ts';
import type { Ports } from '../ports/ports.ts';

const DOCUMENT_LIMIT_MS = 60_000;
const VERIFY_LIMIT_MS = 10_000;
/** How long a database may take to the other side, even if a replica must connect to its source again. Milliseconds. */
const ARRIVAL_LIMIT_MS = 30_000;
const AGAIN_MS = 500;

/** Throws a `PortError` that says what did not arrive. Leaves nothing behind, also when it was broken off before. */
export async function prove(ports: Ports, pair: Pair): Promise<void> {
  // Both at once: where commands are slow, one side after the other takes longer than an invocation has.
  await Promise.all(
    pair.nodes.map((node, index) =>
      proveFrom(ports, pair, node.name, peerOf(pair, node.name).name, String(index + 1)),
    ),
  );
  const { identity } = await ports.database.verify(pair, VERIFY_LIMIT_MS);
  const located = (await ports.vip.locate([pair])).get(pair.name);
  const holder = located?.kind === 'saw' && located.place.kind === 'node' ? located.place.node : null;
  if (holder === null) throw new PortError('unsuccessful', 'EC2 shows the VIP on neither node');
  const facts = await ports.database.examine(pair, holder, 'quick', VERIFY_LIMIT_MS);
  if (facts.identity !== identity)
    throw new PortError('unsuccessful', `${identity} answers at the VIP, and ${holder} is ${facts.identity}`);
}

async function proveFrom(
  ports: Ports,
  pair: Pair,
  from: NodeName,
  to: NodeName,
  Side: string,
): Promise<void> {
  const run = (node: NodeName, Verb: 'make' | 'see' | 'drop') =>
    ports.host.run(pair, node, 'proof-database', DOCUMENT_LIMIT_MS, { Verb, Side });
  const until = async (seen: '0' | '1', what: string) => {
    const deadlineMs = ports.clock.nowMs() + ARRIVAL_LIMIT_MS;
    while (!(await run(to, 'see')).includes(`seen=${seen}`)) {
      if (ports.clock.nowMs() > deadlineMs)
        throw new PortError('unsuccessful', `${what} on ${from} does not arrive on ${to}`);
      await ports.clock.sleep(AGAIN_MS);
    }
  };
  await run(from, 'make');
  await until('1', 'a database made');
  await run(from, 'drop');
  await until('0', 'a database dropped');
}
