/** What the first pair is paid for, what each goal of price would take, and what would be given up for it. Pure. */
import {
  CONTEND_EVERY_MS,
  RENEW_EVERY_MS,
  WATCH_COLD_MS,
  WATCH_EVERY_MS,
} from '../../lib/core/time-budget.ts';
import { markdownTable } from '../bench/table.ts';
import { CREDENTIALS_MINUTES } from './cost.ts';
import { defaultChoice, deployedOf } from './deployed.ts';
import { MONTH_MINUTES, MONTH_SECONDS, prices } from './prices.ts';

/** What the goals are. Dollars a month. */
const GOALS = { twoVantages: 18, oneVantage: 10, furtherPair: 0.6 } as const;

/** A probe that is asked for each look, in place of one that is held ([ADR 15](../../docs/adr/0015-what-a-second-watch-is-worth.md)). */
const LOOKS_ONE_BY_ONE = 2.6;

/** One function of that size that is always busy. Dollars a month. */
export function alwaysOnDollars(sizeMb: number): number {
  return (MONTH_SECONDS * sizeMb * prices.lambda.arm64GigabyteSecond) / 1024;
}

interface Part {
  readonly what: string;
  readonly dollars: number;
  readonly less: string;
}

/** What is there all month for one pair, whatever happens: it depends on the settings, and not on a measurement. */
export function standingParts(): readonly Part[] {
  const { sizes, alarms, series } = deployedOf(1, defaultChoice);
  const perMonth = (everyMs: number) => (MONTH_SECONDS * 1000) / everyMs / 1e6;
  const { dynamodb, cloudwatch, kms } = prices;
  const decryptions = (2 * MONTH_MINUTES) / CREDENTIALS_MINUTES;
  const watch = alwaysOnDollars(sizes.watch);
  const overlap = (WATCH_COLD_MS - WATCH_EVERY_MS) / WATCH_EVERY_MS;
  return [
    {
      what: `the leading watch, ${sizes.watch} MB`,
      dollars: watch,
      less: 'half the size: half the CPU for the steps of a failover (performance.md)',
    },
    {
      what: `its hot spare, ${sizes.watch} MB`,
      dollars: watch,
      less: `cold: ${dollars(watch * overlap)}; a leader that dies is replaced up to a minute later`,
    },
    {
      what: `the probe of the first vantage, ${sizes.probe} MB`,
      dollars: alwaysOnDollars(sizes.probe),
      less: `half the size: the same. Looks one by one, ${dollars(LOOKS_ONE_BY_ONE)}: a death is seen an eighth of a second later (ADR 15)`,
    },
    {
      what: 'the lease: renewals',
      dollars: perMonth(RENEW_EVERY_MS) * dynamodb.millionWriteUnits,
      less: "fewer: a leader's death is proven later",
    },
    {
      what: 'the lease: what the spare reads',
      dollars: perMonth(CONTEND_EVERY_MS) * dynamodb.millionReadUnits,
      less: 'a sixth with a cold spare; eventually consistent reads would be half',
    },
    {
      what: `${alarms} alarms`,
      dollars: alarms * cloudwatch.alarmMonth,
      less: 'each of them is the only one that sees its fault while watch cannot',
    },
    {
      what: `${series} series of metrics`,
      dollars: series * cloudwatch.metricMonth,
      less: 'the alarms read them',
    },
    {
      what: 'the key of KMS',
      dollars: kms.keyMonth,
      less: 'none: alarms cannot publish to a topic that is encrypted with a key of AWS',
    },
    {
      what: `credentials, decrypted each ${CREDENTIALS_MINUTES} minutes by two watches`,
      dollars: (decryptions / 10_000) * kms.tenThousandRequests,
      less: 'nothing worth it',
    },
  ];
}

/** The section of the document. */
export function renderGoals(): string {
  const parts = standingParts();
  const rows = parts.map(({ what, dollars: each, less }) => [what, dollars(each), less]);
  const all = sum(parts.map((part) => part.dollars));
  const small = alwaysOnDollars(128);
  const rest = all - sum(parts.slice(0, 3).map((part) => part.dollars));
  const coldSmall = small * (WATCH_COLD_MS / WATCH_EVERY_MS) + small + rest;
  return `## What the goals would take

The goals are ${GOALS.twoVantages} dollars a month for the first pair with two vantages, ${GOALS.oneVantage} with one, and ${dollars(GOALS.furtherPair)} for each further pair. What is there
all month for one pair, without what was measured (logs, requests, traffic and the vantage at rest, 1 to 2 dollars):

${markdownTable(
  ['', 'dollars a month', 'what less would be'],
  [...rows, ['**all**', `**${dollars(all)}**`, '']],
)}

- **${GOALS.twoVantages} dollars with two vantages** cannot be had with the default settings: the leader, its spare and the probe are ${dollars(all - rest)} alone.
  With \`size: 'small', spare: 'cold'\` what is there all month is ${dollars(coldSmall)}. That gives up time of a failover, so it is a choice and not the default.
- **${GOALS.oneVantage} dollars with one vantage** cannot be had, whatever is set: the smallest leader and the smallest probe are ${dollars(2 * small)}, and what is
  not a function is ${dollars(rest)}. Looks one by one would bring ${dollars(coldSmall)} down to ${dollars(coldSmall - small + LOOKS_ONE_BY_ONE)}.
- **${dollars(GOALS.furtherPair)} for a further pair**: see "each further pair" in the bills. Most of it is the probe, which grows with its pairs.`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function dollars(value: number): string {
  return value.toFixed(2);
}
