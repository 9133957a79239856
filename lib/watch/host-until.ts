/** Hosts for as long as the invocation lasts: nobody would wait for a document that runs longer. */

import type { HostPort } from './ports/host.ts';
import { PortError } from './ports/port-error.ts';
import type { Clock } from './ports/ports.ts';

/** The same port, which waits for no document beyond `deadlineMs`. Throws a `PortError` of kind `timeout` after it. */
export function hostUntil(host: HostPort, clock: Clock, deadlineMs: number): HostPort {
  const leftMs = (limitMs: number, tried: string): number => {
    const ms = Math.min(limitMs, deadlineMs - clock.nowMs());
    if (ms > 0) return ms;
    throw new PortError('timeout', `${tried}: not begun, because the time of this invocation is over`);
  };
  return {
    run: async (pair, node, document, limitMs, parameters) =>
      host.run(pair, node, document, leftMs(limitMs, `${document} on ${node}`), parameters),
    runNamed: async (pair, node, command, limitMs) =>
      host.runNamed(pair, node, command, leftMs(limitMs, `${command} on ${node}`)),
  };
}
