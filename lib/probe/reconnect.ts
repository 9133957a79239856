/** Asks a source through its replica, where nobody else gets to it: the channel is connected anew. */
import { isAnswer } from '../core/evidence/source-errors.ts';
import { askFrom, until } from './channel.ts';
import type { Source } from './channel-rows.ts';
import { threadStatement } from './channel-statements.ts';
import type { ProbeFailed } from './protocol.ts';
import { CommandFailure, carryOut, type Way } from './statement-session.ts';

/** A source answers within milliseconds, or its host is gone; a lost packet is sent again after a second. Milliseconds. */
const CONNECT_MS = 1100;

/**
 * Stops the receiver of the channel from the source and starts it again, if it runs: nothing else of the channel is changed, and one
 * that somebody has stopped stays so.
 */
export function reconnect(
  way: Way,
  source: Source,
  limitMs: number,
): Promise<{ readonly answers: boolean } | ProbeFailed> {
  return carryOut(way, limitMs, async (command) => {
    const before = await askFrom(command, source);
    if (before === null || before.io === 'no')
      throw new CommandFailure('unsuccessful', `no channel from ${source.address} is running`);
    const [stop, start] = (['STOP', 'START'] as const).map((verb) =>
      threadStatement(command.link.dialect, verb, 'IO_THREAD', before.name),
    );
    command.changing();
    // In one packet: whatever becomes of us after the first, the server carries out the second.
    await command.ask(`${stop}; ${start}`);
    const hasEnded = await until(
      command,
      source,
      ({ io, ioError }) => io !== 'connecting' || ioError !== null,
      CONNECT_MS,
    );
    return { answers: hasEnded !== null && (hasEnded.io === 'yes' || isAnswer(hasEnded.ioError)) };
  });
}
