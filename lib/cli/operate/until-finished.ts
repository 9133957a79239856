/** Work that takes more than one invocation: the same order, with the same id, is given until it is finished. */
import type { Reply, ReplyData } from '../../core/operator/reply.ts';
import { CliError, exitCodes } from '../errors.ts';

export interface Repeating {
  /** Of the order. */
  readonly id: string;
  /** Gives the order. */
  readonly give: () => Promise<Reply>;
  /** Hears each reply that is not the last one. */
  readonly hear: (reply: Reply) => void;
  /**
   * So many invocations in a row may change nothing, and wait for nothing that runs on a host.
   * @default any number: what they wait for takes its time
   */
  readonly idleMax?: number;
}

/** The last reply, with the changes of all of them. Throws a `CliError` where nothing moves on. */
export async function untilFinished(repeating: Repeating): Promise<Reply> {
  const { id, give, hear, idleMax = Number.POSITIVE_INFINITY } = repeating;
  let changed = 0;
  let last = '';
  for (let idle = 0; idle < idleMax; ) {
    const reply = await give();
    const data = workOf(reply);
    if (data === null) return reply;
    changed += data.changed;
    if (!data.unfinished) return { ...reply, data: { ...data, changed } };
    idle = data.changed === 0 && !data.atWork ? idle + 1 : 0;
    last = reply.lines.at(-1) ?? '';
    hear(reply);
  }
  throw new CliError(
    [
      `got no progress in ${idleMax} invocations (order ${id}), and at last "${last}"; want a step that ends. To fix it: look in the log of operate for why that step fails, then give the same order again: it goes on from there.`,
    ],
    exitCodes.failed,
  );
}

function workOf({ data }: Reply): Extract<ReplyData, { readonly unfinished: boolean }> | null {
  return data && 'unfinished' in data ? data : null;
}
