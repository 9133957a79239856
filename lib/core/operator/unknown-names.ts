/** Names in a request that its pair does not have: they are wrong as they are written, whatever the state of the pair is. */
import type { Pair } from '../config/config.ts';
import { type ConfigFault, shownText } from '../fault.ts';
import type { Request } from './request.ts';

/** Every key of a request that names a node. */
const nodeKeys = ['to', 'from', 'node'] as const;

/** A fault for each name of a node or of a maintenance that the pair does not have. */
export function unknownNames(pair: Pair, request: Request): readonly ConfigFault[] {
  const given: Partial<Record<string, unknown>> = request;
  const names = pair.nodes.map(({ name }) => name);
  return [
    ...nodeKeys.flatMap((path) =>
      unknown(path, 'node', given[path], `one of ${names.join(', ')}`, names, 'name a node of this pair'),
    ),
    ...unknownCommand(pair, given.command),
  ];
}

function unknownCommand({ maintenance }: Pair, given: unknown): readonly ConfigFault[] {
  const names = Object.keys(maintenance);
  const want = `a name of \`maintenance\` in the environment file: ${names.join(', ') || 'it has none'}`;
  const remedy = 'add the name with its SSM document, deploy, and give the order again';
  return unknown('command', 'command', given, want, names, remedy);
}

function unknown(
  path: string,
  what: string,
  given: unknown,
  want: string,
  names: readonly string[],
  remedy: string,
): readonly ConfigFault[] {
  if (typeof given !== 'string' || names.includes(given)) return [];
  return [{ path, got: `${what} ${shownText(given)}`, want, remedy }];
}
