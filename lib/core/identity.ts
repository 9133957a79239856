/** Who answers at each node: a pair in which that is not certain is not acted for. */
import type { EventCode } from './events.ts';
import type { Memory } from './memory.ts';
import type { Verdict } from './verdict.ts';

export interface IdentityTrouble {
  readonly page: Extract<EventCode, 'same-identity' | 'identity-changed'>;
  readonly because: string;
}

/**
 * Two nodes that are one server, or a holder that is not the server that it was. A standby with another identity was
 * rebuilt: that is told, and remembered.
 */
export function identityTrouble(
  { identities }: Memory,
  holder: Verdict,
  standby: Verdict,
): IdentityTrouble | null {
  const is = holder.server?.identity;
  if (is === undefined) return null;
  if (is === standby.server?.identity) {
    const want =
      'want two servers, each with its own: delete auto.cnf on one of them (MySQL), or give it its own server_id';
    return {
      page: 'same-identity',
      because: `${holder.node} and ${standby.node} both answer as ${is}; ${want}`,
    };
  }
  const was = identities[holder.node];
  if (was === undefined || was === is) return null;
  const because = `${holder.node} answers as ${is}, and was ${was}: another server, or one that was rebuilt while it held the VIP`;
  return { page: 'identity-changed', because };
}

/** Who the node is: as it answers now, or as it was when it last answered. */
export function identityOf({ identities }: Memory, { node, server }: Verdict): string | null {
  return server?.identity ?? identities[node] ?? null;
}
