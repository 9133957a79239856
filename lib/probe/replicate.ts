/** Makes a node's channel from the pair's other node. The caller knows that both have the same data. */
import { startChannel } from './channel.ts';
import type { Source } from './channel-rows.ts';
import { changeStatement, quoted } from './channel-statements.ts';
import type { Dialect } from './dialect.ts';
import type { ProbeCredentials, ProbeFailed } from './protocol.ts';
import { askChannel, askPulse, carryOut, type Way } from './statement-session.ts';

export interface Sourcing {
  readonly source: Source;
  readonly port: number;
  readonly account: ProbeCredentials;
}

/** How often a source sends a heartbeat: a silent source can be told from an idle one within a second. Seconds. */
const HEARTBEAT_SECONDS = 0.5;
/** How soon a replica connects again, so that it is back a second after its source. Seconds. */
const RETRY_SECONDS = 1;

/**
 * By GTID, and started. One that is there already is only started: its positions are its own. Can be repeated. The
 * password is in this one statement, on our own connection, and in no log of ours.
 */
export function replicate(
  way: Way,
  sourcing: Sourcing,
  limitMs: number,
): Promise<ProbeFailed | Record<never, never>> {
  return carryOut(way, limitMs, async (command) => {
    const { dialect } = command.link;
    const before = await askChannel(command, await askPulse(command), sourcing.source);
    command.changing();
    if (before === null) await command.ask(sourceStatement(dialect, sourcing));
    await startChannel(command, before?.name ?? '');
    return {};
  });
}

/** The unnamed channel from the pair's other node. */
export function sourceStatement(dialect: Dialect, { source, port, account }: Sourcing): string {
  const isPlain = account.tls === 'off';
  return changeStatement(dialect, '', (side) => [
    `${side}_HOST = ${quoted(source.address)}`,
    `${side}_PORT = ${port}`,
    `${side}_USER = ${quoted(account.user)}`,
    `${side}_PASSWORD = ${quoted(account.password)}`,
    `${side}_HEARTBEAT_PERIOD = ${HEARTBEAT_SECONDS}`,
    `${side}_CONNECT_RETRY = ${RETRY_SECONDS}`,
    ...(isPlain ? [] : [`${side}_SSL = 1`]),
    // Without TLS, an account of caching_sha2_password needs the source's key to log in.
    ...(isPlain && side === 'SOURCE' ? ['GET_SOURCE_PUBLIC_KEY = 1'] : []),
    ...(dialect.flavor === 'mariadb'
      ? ['MASTER_USE_GTID = slave_pos']
      : [`${side}_RETRY_COUNT = 0`, `${side}_AUTO_POSITION = 1`]),
  ]);
}
