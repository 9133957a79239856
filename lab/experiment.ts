/** One fault on a fresh pair: play it, watch the outcome, and count what clients saw. */
import { setTimeout as delay } from 'node:timers/promises';
import type { VerdictKind } from '../lib/core/evidence/verdict.ts';
import { codesOf } from './aws/events.ts';
import { countTwoWriters, outageMs } from './client/account.ts';
import { type Client, type ClientResult, readLost, startClient } from './client.ts';
import type { ExpectedCode } from './faults/codes.ts';
import type { ExpectedOutcome, LabFault, Options, Played } from './faults/fault.ts';
import { wrongsOf } from './judgement.ts';
import { readAll } from './mails.ts';
import { isWritable, type LabNodeName } from './pair.ts';
import type { ServerSettings } from './servers/options.ts';
import type { Story } from './story.ts';
import { followVerdicts } from './verdicts.ts';
import { type LabWorld, untilSteady } from './world.ts';

/** What a run leaves: the last line of `--json`. */
export interface Figures {
  readonly fault: string;
  readonly server: string;
  readonly serverSettings: ServerSettings;
  /** What CPU functions really got once they had loaded: `lambda`, `whole`, or `whole (no cgroup: …)`. */
  readonly functionCpu: string;
  readonly expected: ExpectedOutcome;
  readonly outcome: ExpectedOutcome;
  /** The verdicts on the holder, as watch logged them: the first one of the fault, and each after it. */
  readonly verdicts: readonly VerdictKind[];
  readonly holderBefore: LabNodeName | null;
  readonly holderAfter: LabNodeName | null;
  /** The moment of the fault. Milliseconds since 1970. */
  readonly struckAtMs: number;
  /** From the fault to the first alert. Null when none was published. */
  readonly detectMs: number | null;
  readonly outageMs: number;
  readonly acknowledged: number;
  readonly lost: number;
  readonly twoWriters: number;
  readonly alerts: readonly ExpectedCode[];
  /** Of a planned move: the longest time in which no write was possible. */
  readonly pauseMs?: number;
  /** The answer to the operator, where one gave an order. */
  readonly answer?: string;
  /** Calls of the functions that their policies do not allow: each is a fault of the product. */
  readonly denied: readonly string[];
  /** The seed of AWS's latencies; null when it answers at once. */
  readonly awsSeed: number | null;
  /** What is not as it must be, in words. */
  readonly wrong: readonly string[];
  readonly ok: boolean;
}

/** How long an outcome may take, in milliseconds. */
const OUTCOME_LIMIT_MS = 60_000;
/** How long a client may take to connect to a steady pair, in milliseconds. */
const CONNECT_LIMIT_MS = 15_000;
/** How long a client writes before the fault, in milliseconds. */
const BEFORE_MS = 4000;
/** How long it writes after the outcome, in milliseconds. */
const AFTER_MS = 1000;
/** How long the holder is watched for a move that must not come, in milliseconds. */
const STAY_MS = 5000;
/** How long the pair may take to be whole after a fault was taken back, in milliseconds. */
const WHOLE_LIMIT_MS = 20_000;

/** Runs the fault on a world that has just been opened. */
export async function experiment(
  world: LabWorld,
  name: string,
  fault: LabFault,
  options: Options,
  story: Story,
): Promise<Figures> {
  const alerts = collectAlerts(world);
  const read = readAll(world);
  const verdictsSince = followVerdicts(world);
  await fault.prepare?.(world);
  world.schedule();
  await untilSteady(world);
  story.tell('lab', 'the pair is steady: db1 holds the VIP and takes writes, db2 is fit');
  const client = await startWriting(world, fault, story);
  try {
    await client.connected(CONNECT_LIMIT_MS);
    await delay(BEFORE_MS);
    const holderBefore = world.holder();
    story.tell('lab', 'now the fault; times are from its moment on');
    story.restart();
    const sinceMs = Date.now();
    alerts.length = 0;
    story.tell('lab', fault.about);
    const played = await fault.play(world, options, story);
    if (played.answer) story.tell('operate', played.answer);
    await outcomeOf(world, fault, alerts, holderBefore);
    story.tell('lab', 'that was it; clients write for another second, then every write is read back');
    story.end();
    await delay(AFTER_MS);
    const result = await client.stop();
    const holderAfter = world.holder();
    const verdicts = verdictsSince(holderBefore, sinceMs);
    const judged = (await played.judge?.({ holderAfter, result })) ?? [];
    const complaints = [...judged, ...(await read.wrongs())];
    await played.takeBack();
    const course = { name, fault, played, result, sinceMs, complaints };
    const seen = { ...course, verdicts, holderBefore, holderAfter, alerts };
    return await measure(world, seen);
  } finally {
    client.close();
  }
}

interface Alerted {
  readonly code: ExpectedCode;
  readonly atMs: number;
}

function collectAlerts({ aws }: LabWorld): Alerted[] {
  const alerts: Alerted[] = [];
  aws.events.on('message', (message) => {
    for (const code of codesOf(message)) alerts.push({ code: code as ExpectedCode, atMs: message.atMs });
  });
  return alerts;
}

function startWriting({ network }: LabWorld, { writesEveryMs }: LabFault, story: Story): Promise<Client> {
  return startClient({
    ...(writesEveryMs === undefined ? {} : { everyMs: writesEveryMs }),
    // No other run on the same pair has written under this name.
    name: `client-${Date.now().toString(36)}`,
    host: network.vip,
    port: network.port,
    localAddress: network.addressOf('client'),
    words: network.wordsAt('client'),
    onTale: (tale) => story.hear(tale),
  });
}

/** Waits for the alert that must come; where the holder must stay, also long enough for a move to show. */
async function outcomeOf(
  world: LabWorld,
  fault: LabFault,
  alerts: readonly Alerted[],
  before: LabNodeName | null,
): Promise<void> {
  const deadlineMs = Date.now() + OUTCOME_LIMIT_MS;
  const told = () => fault.alerts.every((wanted) => alerts.some(({ code }) => code === wanted));
  while (!told() && Date.now() < deadlineMs) await delay(50);
  if (fault.expected === 'failover') return;
  const untilMs = Date.now() + STAY_MS;
  while (world.holder() === before && Date.now() < untilMs) await delay(50);
}

interface Seen {
  readonly name: string;
  readonly fault: LabFault;
  readonly played: Played;
  readonly result: ClientResult;
  readonly sinceMs: number;
  /** Of the fault's own judge. */
  readonly complaints: readonly string[];
  readonly verdicts: readonly VerdictKind[];
  readonly holderBefore: LabNodeName | null;
  readonly holderAfter: LabNodeName | null;
  readonly alerts: readonly Alerted[];
}

async function measure(world: LabWorld, seen: Seen): Promise<Figures> {
  const { name, fault, played, result, sinceMs, verdicts, holderBefore, holderAfter, alerts } = seen;
  const { complaints } = seen;
  const { writes, untilMs } = result;
  const { denied, options } = world;
  const outcome: ExpectedOutcome = holderAfter === holderBefore ? 'stay' : 'failover';
  const codes = alerts.map(({ code }) => code);
  const twoWriters = countTwoWriters(writes);
  const longestMs = Math.round(outageMs(writes, { sinceMs, untilMs }, fault.writesEveryMs));
  const lost = await countLost(world, holderAfter, result);
  const whole = !fault.endsWhole || (await isWhole(world, holderAfter));
  const wrong = wrongsOf(fault, {
    outcome,
    codes,
    verdicts,
    twoWriters,
    lost,
    whole,
    denied: [...denied],
    complaints,
  });
  return {
    fault: name,
    server: world.hosts.db1.instance.product.name,
    serverSettings: world.hosts.db1.instance.settings,
    functionCpu: world.aws.functionCpu,
    expected: fault.expected,
    outcome,
    verdicts,
    holderBefore,
    holderAfter,
    struckAtMs: sinceMs,
    detectMs: alerts[0] ? Math.round(alerts[0].atMs - sinceMs) : null,
    outageMs: longestMs,
    acknowledged: writes.length,
    lost,
    twoWriters,
    alerts: codes,
    ...(fault.planned ? { pauseMs: longestMs } : {}),
    ...(played.answer ? { answer: played.answer } : {}),
    denied: [...denied],
    awsSeed: options.latency.kind === 'real' ? options.latency.seed : null,
    wrong,
    ok: wrong.length === 0,
  };
}

/** Whether the holder, and it alone, takes writes: as an old holder that comes back finds it within 20 s. */
async function isWhole({ hosts }: LabWorld, holder: LabNodeName | null): Promise<boolean> {
  const deadlineMs = Date.now() + WHOLE_LIMIT_MS;
  for (;;) {
    const [db1, db2] = await Promise.all([isWritable(hosts.db1), isWritable(hosts.db2)]);
    if (db1 === (holder === 'db1') && db2 === (holder === 'db2')) return true;
    if (Date.now() > deadlineMs) return false;
    await delay(200);
  }
}

/** Reads every acknowledged row back from the holder, which is started for it if the fault ended it. */
async function countLost(
  { hosts }: LabWorld,
  holder: LabNodeName | null,
  { writes }: ClientResult,
): Promise<number> {
  if (holder === null) throw new Error('nobody holds the VIP, so nothing can be read back');
  const host = hosts[holder];
  if (!host.instance.isRunning()) await host.boot();
  return (await readLost(writes, host.instance)).length;
}
