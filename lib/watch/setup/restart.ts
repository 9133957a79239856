/** Starts the server of a host, or restarts it, and waits until root can ask it. */
import type { Pair } from '../../core/config/config.ts';
import type { NodeName } from '../../core/names.ts';
import { setupUsers } from '../../core/setup/accounts.ts';
import type { Ports } from '../ports/ports.ts';
import { askHosts } from './look.ts';

/** A restart waits up to 45 s for the stop, and then for crash recovery. Milliseconds. */
const RESTART_LIMIT_MS = 150_000;
/** How long a look at both hosts may take of that. Milliseconds. */
const LOOK_MS = 30_000;
/** Between two looks at a server that comes up. Milliseconds. */
const RECOVERY_POLL_MS = 5000;

/**
 * The document leaves a server alone that is in crash recovery. This waits for the end of the recovery, because a try
 * that ended before would count as a failed one. `answering`: whether one that answers on its own host is restarted, too, as for
 * new settings. Throws what the host port throws.
 */
export async function restartServer(
  ports: Pick<Ports, 'clock' | 'host'>,
  pair: Pair,
  on: NodeName,
  limitMs: number,
  answering: 'restart' | 'spare' = 'spare',
): Promise<void> {
  const { clock } = ports;
  const deadlineMs = clock.nowMs() + Math.min(limitMs, RESTART_LIMIT_MS);
  await ports.host.run(pair, on, 'restart-mysqld', deadlineMs - clock.nowMs(), { Answering: answering });
  for (;;) {
    const hosts = await askHosts(ports, pair, setupUsers, false);
    const isComing = ['down', 'unreached'].includes(hosts[on]?.server ?? 'up');
    if (!isComing || clock.nowMs() + RECOVERY_POLL_MS + LOOK_MS > deadlineMs) return;
    await clock.sleep(RECOVERY_POLL_MS);
  }
}
