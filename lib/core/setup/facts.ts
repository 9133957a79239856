/** What the hosts of a pair say of themselves (the document `host-facts`), as setup reads it. */
import type { NodeName } from '../names.ts';

export interface HostFacts {
  /** `denied`: root is not let in. `no-client`: there is no client program to ask with. */
  readonly server: 'up' | 'down' | 'denied' | 'no-client';
  /** Why it is not `up`. */
  readonly because: string;
  readonly version: string;
}

export interface SetupFacts {
  readonly hosts: Readonly<Record<NodeName, HostFacts>>;
}

const states = ['up', 'down', 'denied', 'no-client'] as const;

/** The printed lines of `name=value` → facts. What the document did not print is empty. */
export function parseHostFacts(printed: string): HostFacts {
  const values = new Map(
    printed.split('\n').flatMap((line): [string, string][] => {
      const at = line.indexOf('=');
      return at < 1 ? [] : [[line.slice(0, at), line.slice(at + 1).trim()]];
    }),
  );
  const text = (name: string) => values.get(name) ?? '';
  return {
    server: states.find((state) => state === text('server')) ?? 'down',
    because: text('because'),
    version: text('version'),
  };
}
