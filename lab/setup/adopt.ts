/** `--scenario adopt`: a pair that somebody set up years ago. Doctor says what to improve, and a failover works as it is. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Finding, severities } from '../../lib/core/alert/finding.ts';
import { presets } from '../../lib/core/config/settings.ts';
import { functionNameOf } from '../../lib/stack/names.ts';
import { environmentName, pairName } from '../deployment.ts';
import type { Story } from '../story.ts';
import { type LabWorld, untilSteady } from '../world.ts';

/** What is wrong with such a pair, whatever else is. */
const EXPECTED = [
  'errors-skipped',
  'gtid-off',
  'log-filtered',
  'log-format-not-row',
  'keepalived-running',
] as const;
/** How long a failover may take here, in milliseconds: by the vendors' defaults, on a machine that is busy. */
const FAILOVER_LIMIT_MS = 90_000;
/** Beside `readinessMs`: what was seen is stored a moment later. */
const SETTLED_MS = 1000;

interface Adopted {
  readonly ok: boolean;
  readonly scenario: 'adopt';
  readonly server: string;
  readonly findings: readonly string[];
  readonly movedTo: string | null;
  readonly wrong: readonly string[];
}

export async function playAdopt(world: LabWorld, story: Story): Promise<Adopted> {
  const { db1, db2 } = world.hosts;
  const wrong: string[] = [];
  const findings = await findingsOf(world);
  for (const { severity, subject, id, fix } of findings)
    story.tell('lab', `${severity} ${subject} ${id}: ${fix}`);
  const ids = findings.map(({ id }) => id);
  for (const id of EXPECTED) if (!ids.includes(id)) wrong.push(`doctor does not find ${id}`);
  const ranks = findings.map(({ severity }) => severities.indexOf(severity));
  if (ranks.some((rank, index) => rank < (ranks[index - 1] ?? 0)))
    wrong.push('doctor does not order by danger');
  world.schedule();
  await untilSteady(world);
  // Nobody had written here for long, so the standby had heard nothing: that is forgotten when it was well for `readinessMs`.
  await delay(presets.normal.readinessMs + SETTLED_MS);
  await db1.instance.sql("INSERT INTO app.writes (client, seq) VALUES ('adopt', 1)");
  await until(async () => (await rowsOn(world, 'db2')) === 1);
  await db1.instance.kill();
  const moved = await until(async () => world.holder() === 'db2' && (await isOpen(world, 'db2')));
  if (!moved)
    wrong.push(
      `the VIP is on ${world.holder() ?? 'no node'}, and db2 is ${(await isOpen(world, 'db2')) ? 'open' : 'closed'}`,
    );
  if ((await rowsOn(world, 'db2')) !== 1) wrong.push('db2 lost the row that it had received');
  await db2.instance.sql("INSERT INTO app.writes (client, seq) VALUES ('adopt', 2)");
  for (const line of wrong) story.tell('lab', `FAILED: ${line}`);
  return {
    ok: wrong.length === 0,
    scenario: 'adopt',
    server: db1.instance.product.name,
    findings: findings.map(({ severity, subject, id }) => `${severity} ${subject} ${id}`),
    movedTo: world.holder(),
    wrong,
  };
}

/** As a person asks operate; on a machine that is busy, again. */
async function findingsOf({ aws }: LabWorld): Promise<readonly Finding[]> {
  for (let tries = 0; tries < 60; tries += 1) {
    const { payload } = await aws.lambda.invoke(functionNameOf(environmentName, 'operate'), {
      action: 'doctor',
      pair: pairName,
    });
    const { data } = JSON.parse(payload) as { readonly data?: { readonly findings: readonly Finding[] } };
    if (data) return data.findings;
    await delay(500);
  }
  throw new Error('operate did not answer');
}

async function rowsOn({ hosts }: LabWorld, node: 'db1' | 'db2'): Promise<number> {
  const rows = await hosts[node].instance.sql(
    "SELECT seq FROM app.writes WHERE client = 'adopt' AND seq = 1",
  );
  return rows.length;
}

async function isOpen({ hosts }: LabWorld, node: 'db1' | 'db2'): Promise<boolean> {
  const [row] = await hosts[node].instance.sql('SELECT @@read_only AS closed');
  return Number(row?.closed) === 0;
}

async function until(holds: () => Promise<boolean>): Promise<boolean> {
  const deadlineMs = Date.now() + FAILOVER_LIMIT_MS;
  while (!(await holds())) {
    if (Date.now() > deadlineMs) return false;
    await delay(100);
  }
  return true;
}
