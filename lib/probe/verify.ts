/** Who answers at the VIP, and whether a write gets through there: the API's answer alone is no success. */
import type { Answered } from '../core/evidence/probe-results.ts';
import type { Heartbeat } from '../core/evidence/sighting.ts';
import { Dialling, type NodeEndpoint } from './connection.ts';
import { heartbeatOf, MysqlFailure } from './errors.ts';
import { askWhy } from './hang-cause.ts';
import { commitHeartbeat } from './heartbeat-row.ts';
import type { ProbeFailed } from './protocol.ts';
import { askPulse, type Command, carryOut, type Way } from './statement-session.ts';
import { late, nowMs, pause, within } from './waiting.ts';

/** When the next try is made, while the oldest goes on: a path may be slow. Milliseconds. */
const TRY_MS = 500;
/** Time between two tries that fail at once. Milliseconds. */
const RETRY_MS = 50;
/** How long the oldest try goes on. It may wait for a server that the VIP no longer leads to. Milliseconds. */
const LIFE_MS = 4000;
/** When a commit takes longer than this, its cause is looked for. Milliseconds. */
const WHY_MS = 1000;

/** One try, under way. */
interface Try {
  readonly answer: Promise<Answered | ProbeFailed>;
  isOver(): boolean;
  abandon(): void;
}

/**
 * Connects to the VIP and asks who is there; with `writeProbe`, commits a heartbeat. Tries until the limit is over,
 * because a new route takes a moment. At most two tries run at once: an old one that has time, and a fresh one. A late
 * answer within the limit is an answer. A problem of our own table or account is `barred`, and no failure; a commit
 * that does not return is a failure.
 */
export async function verify(
  vip: NodeEndpoint,
  writeProbe: boolean,
  limitMs: number,
): Promise<Answered | ProbeFailed> {
  const deadlineMs = nowMs() + limitMs;
  const leftMs = () => deadlineMs - nowMs();
  let tries: Try[] = [];
  const begin = (): Try => startTry(vip, writeProbe, Math.min(LIFE_MS, leftMs()));
  try {
    for (;;) {
      if (tries.length === 2) tries.pop()?.abandon();
      tries.push(begin());
      const answer = await first(tries, Math.min(TRY_MS, leftMs()));
      if (answer !== null && (!('kind' in answer) || leftMs() <= RETRY_MS)) return answer;
      if (answer !== null) await pause(RETRY_MS);
      if (leftMs() <= 0) return await lastWord(tries, limitMs);
      tries = tries.filter((each) => !each.isOver());
    }
  } finally {
    for (const each of tries) each.abandon();
  }
}

/** The first try that says who answers, else the failure of the newest; null while none has ended. */
async function first(tries: readonly Try[], limitMs: number): Promise<Answered | ProbeFailed | null> {
  const good = tries.map(async ({ answer }) => {
    const got = await answer;
    if ('kind' in got) throw new Error(got.because);
    return got;
  });
  const newest = tries.at(-1)?.answer ?? Promise.reject(new Error('no try'));
  const any = Promise.any(good).catch(() => newest);
  // A fresh try that fails at once is followed by another: the older one goes on meanwhile.
  const won = await within(Promise.race([any, newest]), limitMs);
  return won === late ? null : won;
}

/** No server answered in time: the oldest try's failure where it is known by now, else a timeout. */
async function lastWord(tries: readonly Try[], limitMs: number): Promise<ProbeFailed> {
  for (const { answer } of tries) {
    const said = await within(answer, RETRY_MS);
    if (said !== late && 'kind' in said) return said;
  }
  return {
    kind: 'failed',
    failure: 'timeout',
    because: `no server answered within ${Math.round(limitMs)} ms`,
  };
}

function startTry(vip: NodeEndpoint, writeProbe: boolean, limitMs: number): Try {
  const given = new Set<() => void>();
  const way: Way = {
    endpoint: vip,
    async connect(connectMs) {
      const endMs = nowMs() + connectMs;
      const dialling = new Dialling(vip, () => endMs - nowMs());
      given.add(() => dialling.abandon());
      const link = await dialling.make();
      given.add(link.destroy);
      const release = () => {
        given.delete(link.destroy);
        link.quit();
      };
      return { link, release, leave: release };
    },
  };
  let isOver = false;
  const answer = carryOut(way, limitMs, (command) => ask(command, writeProbe)).finally(() => {
    isOver = true;
  });
  return {
    answer,
    isOver: () => isOver,
    abandon() {
      for (const end of given) end();
    },
  };
}

async function ask(command: Command, writeProbe: boolean): Promise<Answered> {
  const { identity, writable } = await askPulse(command);
  if (!writeProbe) return { identity, writable, heartbeat: { kind: 'not-tried' } };
  command.changing();
  return { identity, writable, heartbeat: await commit(command, keyOf(identity)) };
}

async function commit(command: Command, key: string): Promise<Heartbeat> {
  const limitMs = command.leftMs();
  try {
    const committing = commitHeartbeat(command.link, key);
    const soon = await within(committing, Math.min(WHY_MS, limitMs / 2));
    const why = soon === late ? await whyNot(command) : null;
    if (why !== null) {
      command.link.destroy();
      committing.catch(() => {});
      return why;
    }
    const stampMs = soon === late ? await within(committing, command.leftMs()) : soon;
    if (stampMs !== late) return { kind: stampMs === null ? 'not-tried' : 'committed' };
  } catch (error) {
    if (!(error instanceof MysqlFailure)) throw error;
    const heartbeat = heartbeatOf(error, 0);
    if (heartbeat.kind === 'failed') throw error;
    return heartbeat;
  }
  command.link.destroy();
  throw new MysqlFailure('query', limitMs, 'timeout');
}

/**
 * Asked while the commit hangs: a lock on our own row or table is only our problem. Null when it is not that, or cannot
 * be seen.
 */
async function whyNot(command: Command): Promise<Heartbeat | null> {
  try {
    const { link, release } = await command.way.connect(command.leftMs());
    try {
      const why = await askWhy(link, command.link.id);
      return why?.kind === 'barred' ? why : null;
    } finally {
      release();
    }
  } catch (error) {
    if (error instanceof MysqlFailure) return null;
    throw error;
  }
}

/**
 * The server's own row: the VIP does not say which node it is, and no two servers may make the same row. The
 * column holds 31 characters, one less than a UUID without its hyphens.
 */
export function keyOf(identity: string): string {
  return identity.replaceAll('-', '').slice(0, 31);
}
