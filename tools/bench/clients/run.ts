/** One fault on a fresh pair, with all clients side by side, and what each of them saw. */
import { setTimeout as delay } from 'node:timers/promises';
import type { LatencyTerms } from '../../../lab/aws/flags.ts';
import type { CpuChoice } from '../../../lab/aws/lambda-cpu.ts';
import type { Found } from '../../../lab/client/account.ts';
import { LabError } from '../../../lab/errors.ts';
import { faults } from '../../../lab/faults/index.ts';
import { createNetnsNetwork } from '../../../lab/network/netns/network.ts';
import type { ServerSettings } from '../../../lab/servers/options.ts';
import { Story } from '../../../lab/story.ts';
import { expectNothingDenied, type LabWorld, openWorld, untilSteady } from '../../../lab/world.ts';
import type { ClientName, Prepared } from './catalogue.ts';
import type { BenchFigures, ClientFault, ClientFigures } from './figures.ts';
import { type Running, startClient } from './process.ts';
import { reckon } from './reckoning.ts';

export interface RunTerms extends LatencyTerms {
  readonly server: string;
  readonly serverSettings: ServerSettings;
  readonly cpu: CpuChoice;
  readonly network: BenchFigures['network'];
  /** For how long a client is watched after the fault, at the most. Milliseconds. */
  readonly watchedMs: number;
  /** Hears the story as it happens. */
  readonly tell: (line: string) => void;
}

/** How long a client may take to its first write: a dozen programs start at once. Milliseconds. */
const FIRST_LIMIT_MS = 60_000;
/** How long all write before the fault. Milliseconds. */
const BEFORE_MS = 3000;
/** How long all must have written after the VIP has moved, and how fresh each one's last write must be then. Milliseconds. */
const AFTER_MS = 5000;
const FRESH_MS = 2000;

/** What one fault leaves. */
export interface Played {
  readonly functionCpu: string;
  readonly figures: readonly ClientFigures[];
}

/** Plays it, and leaves nothing behind. */
export async function playFault(
  fault: ClientFault,
  prepared: ReadonlyMap<ClientName, Prepared>,
  terms: RunTerms,
): Promise<Played> {
  const world = await openWorld({
    ...terms,
    port: 3306,
    changes: {},
    state: 'managed',
    ...(terms.network === 'namespaces' ? { makeNetwork: createNetnsNetwork } : {}),
  });
  try {
    const story = new Story(terms.tell);
    story.follow(world);
    world.schedule();
    await untilSteady(world);
    const figures = await play(world, fault, prepared, story, terms.watchedMs);
    expectNothingDenied(world);
    return { functionCpu: world.aws.functionCpu, figures };
  } finally {
    await world.close();
  }
}

async function play(
  world: LabWorld,
  fault: ClientFault,
  prepared: ReadonlyMap<ClientName, Prepared>,
  story: Story,
  watchedMs: number,
): Promise<readonly ClientFigures[]> {
  const running: Running[] = [];
  try {
    for (const [name, how] of prepared) {
      for (const settings of ['default', 'recommended'] as const) {
        running.push(await startClient(world, name, settings, how));
      }
    }
    await untilAllWrite(running);
    await delay(BEFORE_MS);
    story.restart();
    const sinceMs = Date.now();
    const spec = faults[fault];
    if (spec === undefined) throw new Error(`the lab has no fault ${fault}`);
    story.tell('lab', spec.about);
    const { takeBack } = await spec.play(world, { at: '', break: null }, story);
    await untilAllGoOn(world, running, sinceMs + watchedMs);
    const untilMs = Date.now();
    await Promise.all(running.map((client) => client.end()));
    await takeBack();
    const found = await rowsOfHolder(world, fault);
    return running.map(({ client, settings, name, lines }) => ({
      client,
      settings,
      fault,
      ...reckon(name, lines, { sinceMs, untilMs }, found),
    }));
  } finally {
    // After a failure. A client that has ended by itself rejects here, which is known already.
    await Promise.allSettled(running.map((client) => client.end()));
  }
}

async function untilAllWrite(running: readonly Running[]): Promise<void> {
  const deadlineMs = Date.now() + FIRST_LIMIT_MS;
  for (;;) {
    const silent = running.filter((client) => client.lastMs() === null);
    if (silent.length === 0) return;
    if (Date.now() > deadlineMs) {
      const last = silent.map(({ name, lines }) => {
        const line = lines.at(-1);
        return `${name} (${line?.kind === 'failed' ? line.code : 'it said nothing'})`;
      });
      throw new LabError({
        got: `no first write of ${last.join(', ')} within ${FIRST_LIMIT_MS / 1000} s`,
        want: 'each client to write before the fault',
        remedy: 'leave a client that this server does not let in out with --only, or use a quieter machine',
      });
    }
    await delay(100);
  }
}

/** Until each writes well to the new holder, or `limitMs` is over. */
async function untilAllGoOn(world: LabWorld, running: readonly Running[], limitMs: number): Promise<void> {
  let movedMs: number | null = null;
  while (Date.now() < limitMs) {
    if (world.holder() === 'db2') movedMs ??= Date.now();
    const freshMs = Math.max(Date.now() - FRESH_MS, movedMs ?? Number.POSITIVE_INFINITY);
    const settled = movedMs !== null && Date.now() > movedMs + AFTER_MS;
    if (settled && running.every((client) => (client.lastMs() ?? 0) > freshMs)) return;
    await delay(100);
  }
}

async function rowsOfHolder({ hosts, holder }: LabWorld, fault: ClientFault): Promise<readonly Found[]> {
  if (holder() !== 'db2') {
    throw new LabError({
      got: `${fault}: the VIP is not on db2`,
      want: 'a move, of which clients see something',
      remedy: 'see with --story what kept it from moving, or watch for longer with --for',
    });
  }
  const rows = await hosts.db2.instance.sql('SELECT client, seq FROM app.writes');
  return rows.map(({ client, seq }) => ({ client: String(client), seq: Number(seq) }));
}
