/** `docs/costs.md`: dollars a month from what was measured, item by item, beside RDS's price model. Pure. */
import { plural } from '../../lib/core/plural.ts';
import { markdownTable } from '../bench/table.ts';
import { renderAsides } from './asides.ts';
import { CREDENTIALS_MINUTES, dollarsPerMonth, itemsOf } from './cost.ts';
import { type Choice, defaultChoice, deployedOf } from './deployed.ts';
import type { Figures } from './figures.ts';
import { renderGoals } from './goals.ts';
import { prices, pricesAsOf, storage, VCPU_MEGABYTES } from './prices.ts';
import { type Rival, rivalsOf, STORAGE_GIGABYTES } from './rivals.ts';
import { cpuShareOf, fits, type Sizes, sizesFor } from './sizing.ts';
import { headOf, rowsOf } from './table.ts';

export interface DocumentFacts {
  /** Such as `2 CPUs of x64`. */
  readonly machine: string;
}

/** What else can be deployed, and what is read of its price. */
export const choices: readonly (readonly [name: string, choice: Partial<Choice>])[] = [
  ["spare: 'cold'", { spare: 'cold' }],
  ["size: 'small'", { size: 'small' }],
  ["size: 'small', spare: 'cold'", { size: 'small', spare: 'cold' }],
  ["metrics: 'pair'", { metrics: 'pair' }],
  ['dashboard: true', { dashboard: true }],
];

/** The whole text. The same figures give the same text. */
export function renderCosts(all: readonly Figures[], facts: DocumentFacts): string {
  return `# Costs

Printed by \`npm run bench -- --scale\`; do not edit. Dollars a month in us-east-1 by AWS's list prices of ${pricesAsOf}
(\`tools/costs/prices.ts\`), on demand, without free tiers. All pairs of a column are one environment with the settings
that an environment file has when it says nothing of them, at the sizes that are deployed then: two watches that
take turns, a probe that looks all the time, and one that rests for each vantage after the first.

${vantagesOf(all)
  .map((vantages) => billOf(all.filter((figures) => figures.vantages === vantages)))
  .join('\n')}
${legend()}

${renderGoals()}

${renderAsides()}

## What else can be chosen

Dollars a month of the same environment with another setting ([settings.md](settings.md)).

${choiceTable(all)}

- **spare**: \`hot\` keeps a second watch, so that one that dies is replaced within seconds. With \`cold\` it is replaced within
  a minute; [ADR 15](adr/0015-what-a-second-watch-is-worth.md) has the reckoning.
- **size**: \`small\` halves the CPU of every function, so a failover takes longer ([benchmark.md](benchmark.md)).
- **metrics**, **dashboard**: graphs of each pair. Alerts name the pair with and without them.

## The size of the functions

Lambda gives CPU in proportion to memory: ${VCPU_MEGABYTES} MB are one vCPU. A probe looks at all nodes at once, so with less CPU
a round of looks lasts longer than the time to the next one: it still works, but nodes are looked at less often, and a
failure is seen later. A size fits when it has room for half as much CPU again as was measured, and for a tenth more memory.

${sizeTable(all)}

CPU was measured on ${facts.machine}; Lambda's arm64 cores are others, and a function on a part of a vCPU is stopped
and let go again, which adds to the time of each look. Look at the figures as a size, not as a promise: the metric
"Duration of probes" on the dashboard shows the real one.

${besideRds(all)}

## What was measured

Simulated nodes (MySQL 8.4 with GTIDs, healthy), default settings, the shipped bundles, ${seconds(all)} each${handover(all)}.${unsteady(all)}

${markdownTable(headOf(all), rowsOf(all))}
`;
}

function besideRds(all: readonly Figures[]): string {
  return `## Beside RDS

With keepalambda you run two EC2 instances yourself, and pay for them as well. Backups, patches and the
monitoring of the servers are yours. RDS's price contains them, but not traffic, snapshots beyond the size of the
database, or support for old versions. Dollars a month, ${STORAGE_GIGABYTES} GB of gp3 for each server.

${rivalTable(all, rivalsOf())}

- **Multi-AZ instance**: instance and storage twice; the second one is a standby in another zone and takes no queries.
- **Multi-AZ cluster**: three instances in three zones, two of them readable; three times the instance and the storage. MySQL and
  PostgreSQL only, on instance classes with local disks, so not on those of this table.
- **keepalambda's part** is the bill above divided by the pairs of its environment.`;
}

function vantagesOf(all: readonly Figures[]): readonly number[] {
  return [...new Set(all.map(({ vantages }) => vantages))];
}

function billOf(some: readonly Figures[]): string {
  const bills = some.map((figures) => itemsOf(figures));
  const names = bills[0]?.map(({ name }) => name) ?? [];
  const lines = names.map((name, index) => [
    name,
    ...bills.map((items) => dollars(items[index]?.dollarsPerMonth ?? 0)),
  ]);
  const totals = some.map((figures) => dollarsPerMonth(figures));
  const perPair = totals.map((total, index) => dollars(total / (some[index]?.pairs ?? 1)));
  const further = some.map(({ pairs }, index) => furtherPair(pairs, totals[index] ?? 0, some[index - 1]));
  const vantages = some[0]?.vantages ?? 1;
  const head = ['', ...some.map(({ pairs }) => plural(pairs, 'pair'))];
  return `## ${plural(vantages, 'vantage')}

${markdownTable(head, [
  ...lines,
  ['**all**', ...totals.map((total) => `**${dollars(total)}**`)],
  ['by pair', ...perPair],
  ['each further pair', ...further],
])}
`;
}

/** What each pair costs that the column before has not; nothing in the first column. */
function furtherPair(pairs: number, total: number, before: Figures | undefined): string {
  if (before === undefined || before.pairs >= pairs) return '';
  return dollars((total - dollarsPerMonth(before)) / (pairs - before.pairs));
}

function legend(): string {
  const { kms, transfer, cloudwatch } = prices;
  return `- **Transfer between zones**: both nodes of a pair are in one subnet; the first vantage is taken to be in their zone,
  every other one is not. It rests while the first one sees that all is well. $${transfer.zoneGigabyte} a gigabyte, both ends together.
- **KMS decryption**: the credentials of each pair, read at most once in ${CREDENTIALS_MINUTES} minutes by each of two watches, as SecureString.
- **KMS key**: encrypts alerts and logs. Each of the first two yearly rotations adds $${kms.keyMonth}.
- **CloudWatch metrics**: $${dollars(cloudwatch.metricMonth)} for each series: the heartbeat, the confirmed subscriptions, and
  whether a standby is unfit. One more in a month in which an outage was measured.
- Nothing in a month without an incident: SNS, SQS, EC2's API, SSM's commands. The table, its backups and
  the operator's orders come to less than a cent.
- Not needed: an interface endpoint ($7.30 in each zone) or a NAT gateway ($32.85). watch is outside the VPC unless
  \`insideVpc\` says so, and the probe calls nothing of AWS.`;
}

function choiceTable(all: readonly Figures[]): string {
  const named = [['as it is', {}], ...choices] as const;
  const rows = named.map(([name, choice]) => [
    name === 'as it is' ? name : `\`${name}\``,
    ...all.map((figures) => dollars(dollarsPerMonth(figures, { ...defaultChoice, ...choice }))),
  ]);
  return markdownTable(headOf(all), rows);
}

function sizeTable(all: readonly Figures[]): string {
  const row = (figures: Figures) => {
    const { sizes } = deployedOf(figures.pairs, defaultChoice);
    const least = sizesFor(figures);
    const { watch, probe } = fits(figures, sizes);
    const size = (kind: keyof Sizes, isEnough: boolean) =>
      `${sizes[kind]} MB, ${cpuShareOf(sizes[kind]).toFixed(3)} vCPU (${isEnough ? '' : 'too small: '}${least[kind]} MB needed)`;
    return [
      plural(figures.pairs, 'pair'),
      String(figures.vantages),
      size('watch', watch),
      size('probe', probe),
    ];
  };
  return markdownTable(['', 'vantages', 'watch', 'probe'], all.map(row));
}

function rivalTable(all: readonly Figures[], rivals: readonly Rival[]): string {
  const most = Math.max(...all.map(({ vantages }) => vantages));
  const some = all.filter(({ vantages }) => vantages === most);
  const parts = some.map((figures) => dollarsPerMonth(figures) / figures.pairs);
  const head = [
    'instance',
    'two on EC2',
    ...some.map(({ pairs }) => `keepalambda's part, ${plural(pairs, 'pair')}`),
    'RDS, one zone',
    'RDS Multi-AZ instance',
  ];
  const rows = rivals.map(({ instance, about, twoOnEc2, singleZone, multiZone }) => [
    `${instance} (${about})`,
    dollars(twoOnEc2),
    ...parts.map(dollars),
    dollars(singleZone),
    dollars(multiZone),
  ]);
  return `${markdownTable(head, rows)}

Storage: $${storage.rdsGigabyteMonth} a gigabyte on RDS, $${storage.ebsGigabyteMonth} on EBS. keepalambda's part is that with ${plural(most, 'vantage')}.`;
}

/** A shorter measurement has both watches from its beginning, and ends before they change over. */
function handover(all: readonly Figures[]): string {
  const has = all.every((figures) => figures.seconds >= 60);
  return has ? ', in which the lease goes from one watch to the other once a minute' : '';
}

function unsteady(all: readonly Figures[]): string {
  const some = all.filter(({ steady }) => !steady);
  if (some.length === 0) return '';
  const names = some.map(
    ({ pairs, vantages }) => `${plural(pairs, 'pair')} with ${plural(vantages, 'vantage')}`,
  );
  return `\nNot steady all the time, so not what steady pairs cost: ${names.join(', ')}.`;
}

function seconds(all: readonly Figures[]): string {
  return `${Math.round(Math.max(...all.map((figures) => figures.seconds)))} s`;
}

function dollars(value: number): string {
  return value.toFixed(2);
}
