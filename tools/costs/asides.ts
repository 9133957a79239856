/** What an account pays beside the bill, and what its free tiers take off: the same for any number of pairs. Pure. */
import { markdownTable } from '../bench/table.ts';
import { MONTH_MINUTES, prices } from './prices.ts';

/** The leader asks EC2 for interfaces and for instances every 5 s while all is calm (`lib/watch/leader-loops.ts`). */
const EC2_CALLS_PER_MINUTE = 24;

/** Dollars a month of each further trail: CloudTrail counts every call of an API. */
export function trailDollars(): number {
  return ((EC2_CALLS_PER_MINUTE * MONTH_MINUTES) / 100_000) * prices.cloudtrail.hundredThousandEvents;
}

/** What each free tier is worth at the most, for the whole account. Dollars a month. */
export function freeTiers(): readonly (readonly [what: string, dollars: number])[] {
  const { lambda, cloudwatch, kms } = prices;
  return [
    ['Lambda: 400,000 GB-seconds', 400_000 * lambda.arm64GigabyteSecond],
    ['Lambda: a million requests', lambda.millionRequests],
    ['CloudWatch: 10 metrics', 10 * cloudwatch.metricMonth],
    ['CloudWatch: 10 alarms', 10 * cloudwatch.alarmMonth],
    ['CloudWatch: 5 GB of logs', 5 * cloudwatch.logGigabyte],
    ['KMS: 20,000 requests', 2 * kms.tenThousandRequests],
  ];
}

/** The section of the document. */
export function renderAsides(): string {
  const rows = [
    ['each trail of CloudTrail after the first, for the calls of EC2’s API', `+${trailDollars().toFixed(2)}`],
    ...freeTiers().map(([what, worth]) => [`free tier of ${what}, at most`, `-${worth.toFixed(2)}`]),
  ];
  return `## Not in the bills

The first trail of CloudTrail is free; an organisation often has a second one. GuardDuty and a SIEM count the same
${EC2_CALLS_PER_MINUTE} calls a minute by prices of their own. A free tier is the account's: what something else uses of it is gone.

${markdownTable(['', 'dollars a month'], rows)}`;
}
