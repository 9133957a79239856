/** Breaks a pair in one way after the other, and asks doctor each time what is wrong. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Finding } from '../../lib/core/alert/finding.ts';
import { functionNameOf } from '../../lib/stack/names.ts';
import { environmentName, pairName } from '../deployment.ts';
import type { Story } from '../story.ts';
import { type LabWorld, untilSteady } from '../world.ts';
import { type Broken, setVariable, wordFor } from './broken.ts';
import { ofAccess } from './of-access.ts';
import { ofChannels } from './of-channels.ts';
import { ofHosts } from './of-hosts.ts';
import { ofServers } from './of-servers.ts';
import { ofTheLog } from './of-the-log.ts';

const all: readonly Broken[] = [...ofTheLog, ...ofChannels, ...ofServers, ...ofAccess];

/** What needs a restart comes last: it takes longest. */
export const brokenPairs: readonly Broken[] = [
  ...all.filter(({ restarts }) => !restarts),
  ...all.filter(({ restarts }) => restarts),
];

/** What a run leaves. */
export interface DoctorFigures {
  readonly scenario: 'doctor' | 'doctor-hosts';
  readonly server: string;
  readonly serverSettings: string;
  /** What doctor finds before anything is broken: `warning db1 log-not-synced`. */
  readonly baseline: readonly string[];
  /** How many pairs were broken, and of how many doctor named what is wrong, and nothing else. */
  readonly broken: number;
  readonly named: number;
  /** Which could not be broken here, and why. */
  readonly notHere: Readonly<Record<string, string>>;
  /** How often watch alerted one danger, over several of its invocations: once. */
  readonly alerts: number;
  readonly wrong: readonly string[];
  readonly ok: boolean;
}

/** How long doctor may take to see what was broken, or put right: channels connect meanwhile. Milliseconds. */
const SEEN_LIMIT_MS = 60_000;
/** How long watch may take to alert, and how long it is seen not to alert again. Milliseconds. */
const ALERT_LIMIT_MS = 60_000;
const AGAIN_MS = 20_000;
/** How long operate is asked again that does not answer. Milliseconds. */
const ANSWER_LIMIT_MS = 120_000;

/** `doctor`: what servers and EC2 say. `doctor-hosts`: what hosts say, which takes seconds for each question. */
export async function playDoctor(
  world: LabWorld,
  story: Story,
  scenario: DoctorFigures['scenario'],
): Promise<DoctorFigures> {
  const { product, settings } = world.hosts.db1.instance;
  const baseline = await settled(world);
  story.tell('lab', `a whole pair: ${baseline.length === 0 ? 'nothing found' : baseline.join(', ')}`);
  const isGreen = settings !== 'recommended' || baseline.every((line) => line.startsWith('hint '));
  const wrong = isGreen ? [] : ['a pair with the recommended settings is not green'];
  const notHere: Record<string, string> = {};
  let broken = 0;
  for (const one of scenario === 'doctor' ? brokenPairs : ofHosts) {
    const because = whyNotHere(one, world, baseline);
    if (because !== null) {
      notHere[one.name] = because;
      continue;
    }
    broken += 1;
    const complaint = await play(one, world, baseline).catch((error: Error) => error.message);
    story.tell(
      'lab',
      `${complaint === null ? 'ok' : 'FAILED'}: ${one.name} → ${one.finds}${complaint ? `: ${complaint}` : ''}`,
    );
    if (complaint !== null) wrong.push(`${one.name}: ${complaint}`);
  }
  const named = broken - (wrong.length - (isGreen ? 0 : 1));
  const alerts = await countAlerts(world);
  story.tell(
    'lab',
    `${alerts === 1 ? 'ok' : 'FAILED'}: the hourly examination alerts a danger ${alerts} times`,
  );
  if (alerts !== 1) wrong.push(`the hourly examination alerted a danger ${alerts} times`);
  return {
    scenario,
    server: product.name,
    serverSettings: settings,
    baseline,
    broken,
    named,
    notHere,
    alerts,
    wrong,
    ok: wrong.length === 0,
  };
}

/** How often watch alerts of a danger that is there when it starts, and that stays. */
async function countAlerts(world: LabWorld): Promise<number> {
  const { instance } = world.hosts.db2;
  const word = wordFor('replica_exec_mode', instance.product.dialect);
  const undo = await setVariable(instance, word, "'IDEMPOTENT'");
  let alerts = 0;
  world.aws.events.on('message', ({ attributes }) => {
    if (attributes.event?.includes('doctor-found')) alerts += 1;
  });
  world.schedule();
  await untilSteady(world);
  const deadlineMs = Date.now() + ALERT_LIMIT_MS;
  while (alerts === 0 && Date.now() < deadlineMs) await delay(500);
  await delay(AGAIN_MS);
  await undo();
  return alerts;
}

/** A vendor's default may be as it is to be broken already. */
function whyNotHere(
  { notOn, finds, on = 'db2' }: Broken,
  world: LabWorld,
  baseline: readonly string[],
): string | null {
  const because = notOn?.[world.hosts.db1.instance.product.dialect];
  if (because !== undefined) return because;
  return baseline.some((line) => line.endsWith(` ${on} ${finds}`)) ? "the vendor's default" : null;
}

/** Null when doctor names what was broken and nothing else, and nothing once it is put right. */
async function play(
  { finds, also = [], on = 'db2', break: breakIt }: Broken,
  world: LabWorld,
  baseline: readonly string[],
): Promise<string | null> {
  const undo = await breakIt(world, world.hosts[on].instance);
  const wanted = [finds, ...also];
  const found = await untilNew(world, baseline, (fresh) => areOnly(fresh, wanted));
  await undo();
  const left = await untilNew(world, baseline, (fresh) => fresh.length === 0);
  if (!areOnly(found, wanted)) return `doctor finds ${found.join(', ') || 'nothing'}`;
  return left.length === 0 ? null : `put right, and doctor still finds ${left.join(', ')}`;
}

/** About a node or about the pair: `settings-differ` has no node. */
function areOnly(fresh: readonly string[], wanted: readonly string[]): boolean {
  return (
    fresh.length === wanted.length && wanted.every((id) => fresh.some((line) => line.endsWith(` ${id}`)))
  );
}

/** What doctor finds and did not find before, once that is as it should be, or the time is over. */
async function untilNew(
  world: LabWorld,
  baseline: readonly string[],
  isRight: (fresh: readonly string[]) => boolean,
): Promise<readonly string[]> {
  const deadlineMs = Date.now() + SEEN_LIMIT_MS;
  for (;;) {
    const fresh = (await findingsOf(world)).filter((line) => !baseline.includes(line));
    if (isRight(fresh) || Date.now() > deadlineMs) return fresh;
    await delay(500);
  }
}

/** Twice the same: channels that have just been made may still be connecting. */
async function settled(world: LabWorld): Promise<readonly string[]> {
  const deadlineMs = Date.now() + SEEN_LIMIT_MS;
  let before = await findingsOf(world);
  for (;;) {
    const now = await findingsOf(world);
    if (now.join() === before.join() || Date.now() > deadlineMs) return now;
    before = now;
  }
}

/** As a person asks operate. On a machine that is busy a function may not come up in time: it is asked again. */
async function findingsOf({ aws }: LabWorld): Promise<readonly string[]> {
  const operate = functionNameOf(environmentName, 'operate');
  const deadlineMs = Date.now() + ANSWER_LIMIT_MS;
  for (;;) {
    const { payload } = await aws.lambda.invoke(operate, { action: 'doctor', pair: pairName });
    const { data } = JSON.parse(payload) as { readonly data?: { readonly findings: readonly Finding[] } };
    if (data) return data.findings.map(({ severity, subject, id }) => `${severity} ${subject} ${id}`);
    if (Date.now() > deadlineMs) throw new Error(`operate did not answer: ${payload}`);
    await delay(500);
  }
}
