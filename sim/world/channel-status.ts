/** What a look at a server shows of its channel, as `SHOW REPLICA STATUS` has it. */
import type { Inbound } from '../../lib/core/evidence/sighting.ts';
import type { Channel } from './channel.ts';
import type { Master } from './master.ts';

/** What a look shows beside the channel's own state. */
interface Beside {
  readonly applierBlocked: string | null;
  readonly retryMs: number;
  /** What the clocks of the two servers have come apart since it connected; 0 where a heartbeat of ours tells the lag. */
  readonly clocksMs: number;
}

/** The channel as a look at its server shows it. */
export function inboundOf(
  channel: Channel,
  nowMs: number,
  source: Master,
  { applierBlocked, retryMs, clocksMs }: Beside,
): Inbound {
  const { relayLog } = channel;
  if (!channel.configured) return { kind: 'unconfigured' };
  return {
    kind: 'configured',
    io: channel.io,
    sql: channel.applies ? 'yes' : 'no',
    lagSeconds: channel.lagSeconds(nowMs, clocksMs),
    ioError: channel.ioError ?? channel.lastTry.error,
    sqlError: channel.held ? null : channel.sqlError,
    sourceAddress: source.node.address,
    sourceIdentity: channel.stranger ?? source.identity,
    delaySeconds: 0,
    retrySeconds: Math.ceil(retryMs / 1000),
    applierBlocked,
    barred: channel.barred,
    received: source.positionAt(relayLog.received, relayLog.namesReceived),
    applied: source.positionAt(relayLog.appliedCount, relayLog.known),
    caughtUp: relayLog.caughtUp,
    heardAgoMs: channel.heardAgoMs(nowMs),
    heartbeatSeconds: channel.heartbeatMs / 1000,
    receivedAgoMs: channel.receivedAgoMs(nowMs),
  };
}
