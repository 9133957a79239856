/** The environment that is rehearsed: made by `keepalambda init`, as a person makes it, and edited as a person edits it. */
import { readFile, writeFile } from 'node:fs/promises';
import { type Changes, environmentName, environmentOf } from '../../lab/deployment.ts';
import type { LabPair } from '../../lab/pair.ts';
import { account } from './moto.ts';
import { notAsWanted } from './wrong.ts';

/** What is set beside what `init` asks for. */
export const changes: Changes = { pair: { repair: ['mysqld'] } };

/** What the update changes beside a document. */
export const update = { lagLimitSeconds: 60, logRetentionDays: 60 } as const;

/** The words of `keepalambda init` for the lab's pair. */
export function initWords(lab: LabPair): readonly string[] {
  const { region, vpcId, subnets, probeSecurityGroups, pairs } = environmentOf(lab, changes);
  const [pair] = pairs;
  if (!pair) throw new Error('the lab has a pair');
  const each = (flag: string, values: readonly string[]) => values.flatMap((value) => [flag, value]);
  const subnetWords = Object.entries(subnets).map(
    ([name, { subnetId, cidr, availabilityZone }]) => `${name}=${subnetId},${cidr},${availabilityZone}`,
  );
  const nodeWords = pair.nodes.map(
    ({ name, instanceId, eniId, address }) => `${name}=${instanceId},${eniId},${address}`,
  );
  return [
    ...['init', environmentName, '--account', account, '--region', region, '--vpc', vpcId],
    ...each('--subnet', subnetWords),
    ...each('--probe-group', probeSecurityGroups),
    ...['--subscriber', 'oncall@example.com'],
    ...['--pair', pair.name, '--vip', pair.vip, '--credentials', pair.credentials, '--no-tls'],
    ...each('--node', nodeWords),
    ...each('--set', ['prefer=db1', 'repair=[mysqld]', `port=${pair.port ?? 3306}`]),
  ];
}

/** The pair may be acted for. */
export function act(file: string): Promise<void> {
  return edit(file, "mode: 'observe'", "mode: 'act'");
}

/** Two settings are changed: one that is read by the functions, and one of the stack. */
export async function change(file: string): Promise<void> {
  await edit(
    file,
    "prefer: 'db1'",
    `prefer: 'db1', settings: { lagLimitSeconds: ${update.lagLimitSeconds} }`,
  );
  await edit(file, '  pairs: [', `  logRetentionDays: ${update.logRetentionDays},\n  pairs: [`);
}

async function edit(file: string, was: string, is: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  if (!text.includes(was)) throw notAsWanted(`${file} without ${was}`, 'the file that init wrote');
  await writeFile(file, text.replace(was, is));
}
