/** Which server answers at each node. While that is not certain, keepalambda does nothing for the pair. */
import type { EventCode } from '../alert/events.ts';
import type { Memory } from '../memory/memory.ts';
import type { Verdict } from './verdict.ts';

export interface IdentityTrouble {
  readonly page: Extract<EventCode, 'same-identity' | 'identity-changed'>;
  readonly because: string;
  /** Of one that is about one node: which. */
  readonly headline?: string;
}

/**
 * Finds two nodes that are one server, or a node that answers as a server that it is not: a holder that is another server
 * than before, or a standby that is the one that the holder was. A standby with a new identity was rebuilt: that is alerted
 * and remembered.
 */
export function identityTrouble(
  { identities }: Memory,
  holder: Verdict,
  standby: Verdict,
): IdentityTrouble | null {
  const is = holder.server?.identity;
  if (is === undefined) return standbyIsHolder(identities, holder, standby);
  if (is === standby.server?.identity) {
    const fix =
      'Each must have its own: delete auto.cnf on one of them (MySQL), or give it its own server_id (MariaDB)';
    return {
      page: 'same-identity',
      because: `${holder.node} and ${standby.node} both answer with the identity ${is}. ${fix}`,
    };
  }
  const was = identities[holder.node];
  if (was === undefined || was === is) return null;
  if (is === identities[standby.node]) return takenForOther(holder, standby, is);
  const because = `${holder.node} answers with the identity ${is}, and had ${was} before: another server answers there, or it was rebuilt while it held the VIP`;
  return { page: 'identity-changed', because, headline: `another server answers at ${holder.node}` };
}

/** The holder does not answer, and the server that it was answers at the address of the standby. */
function standbyIsHolder(
  identities: Memory['identities'],
  holder: Verdict,
  standby: Verdict,
): IdentityTrouble | null {
  const is = standby.server?.identity;
  const isHolder = is !== undefined && is === identities[holder.node] && is !== identities[standby.node];
  return isHolder ? takenForOther(standby, holder, is) : null;
}

function takenForOther({ node }: Verdict, other: Verdict, is: string): IdentityTrouble {
  const because = `${node} answers with the identity ${is}, which ${other.node} had before: the addresses of the two may be exchanged in the environment file, or ${node} is a copy of ${other.node}`;
  return { page: 'identity-changed', because, headline: `another server answers at ${node}` };
}

/** The node's identity: from its newest answer, or remembered from an earlier one. */
export function identityOf({ identities }: Memory, { node, server }: Verdict): string | null {
  return server?.identity ?? identities[node] ?? null;
}
