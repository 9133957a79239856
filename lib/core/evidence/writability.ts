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

/** What a server does with writes, for a person. */
export const writesText = {
  open: 'takes writes',
  'half-closed': 'half closed',
  closed: 'read-only',
} as const satisfies Readonly<Record<Writability, string>>;

/** What keeps clients out of a server that takes writes, for a person. */
export const offlineText = 'refuses clients (offline_mode is ON)';
