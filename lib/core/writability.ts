/** Whether a server takes writes. */
import type { Server } from './sighting.ts';

export type Writability = 'open' | 'half-closed' | 'closed';

/** `half-closed`: only one of `read_only` and `super_read_only` is on. */
export function writabilityOf({
  writable,
  halfClosed,
}: Pick<Server, 'writable' | 'halfClosed'>): Writability {
  return halfClosed ? 'half-closed' : writable ? 'open' : 'closed';
}

/** Closed to everybody, privileged accounts too. */
export function isClosed(server: Pick<Server, 'writable' | 'halfClosed'>): boolean {
  return writabilityOf(server) === 'closed';
}

/** Goes on from the name of a server, as every verdict of it does. */
export function writabilityText(server: Pick<Server, 'writable' | 'halfClosed'>): string {
  return { open: 'takes writes', 'half-closed': 'half closed', closed: 'read-only' }[writabilityOf(server)];
}
