/** Dollars a month for what was measured, item by item. Pure. */
import type { Figures } from './figures.ts';
import { MONTH_MINUTES, MONTH_SECONDS, prices } from './prices.ts';
import type { Sizes } from './sizing.ts';

export interface Item {
  readonly name: string;
  readonly dollarsPerMonth: number;
}

const GIGABYTE = 1e9;
const MILLION = 1e6;

/** Alarms of the environment (`lib/stack/alarms.ts`); each pair has one more. */
export const ENVIRONMENT_ALARMS = 6;
/** What the platform writes of an invocation: START, END and REPORT. Bytes. */
const PLATFORM_BYTES = 400;
/** Logs are kept for 90 days by default. Months. */
const LOG_MONTHS = 90 / (365 / 12);
/** Each of the two watches that take turns reads a pair's credentials once in 5 minutes at the most; SSM decrypts them. */
const DECRYPTIONS_PER_PAIR = 2 * (MONTH_MINUTES / 5);

/** Gigabyte-seconds of Lambda in a month. A gigabyte of Lambda's has 1024 MB. */
export function gigabyteSecondsOf({ busyEnvironments }: Figures, sizes: Sizes): number {
  return (
    (MONTH_SECONDS * (busyEnvironments.watch * sizes.watch + busyEnvironments.probe * sizes.probe)) / 1024
  );
}

/** Every item of the bill, with functions of these sizes. */
export function itemsOf(figures: Figures, sizes: Sizes): readonly Item[] {
  const { pairs, invocationsPerMinute, metrics } = figures;
  const invocations = MONTH_MINUTES * (invocationsPerMinute.watch + invocationsPerMinute.probe);
  const { lambda, cloudwatch, kms, scheduler } = prices;
  return [
    item('Lambda compute', gigabyteSecondsOf(figures, sizes) * lambda.arm64GigabyteSecond),
    item('Lambda requests', (invocations / MILLION) * lambda.millionRequests),
    item('DynamoDB requests', dynamodbOf(figures)),
    item('CloudWatch metrics', metrics * cloudwatch.metricMonth),
    item('CloudWatch alarms', (ENVIRONMENT_ALARMS + pairs) * cloudwatch.alarmMonth),
    item('CloudWatch dashboard', cloudwatch.dashboardMonth),
    item('CloudWatch logs', logsOf(figures, invocations)),
    item('KMS key', kms.keyMonth),
    item('KMS decryption', ((DECRYPTIONS_PER_PAIR * pairs) / 10_000) * kms.tenThousandRequests),
    item('EventBridge Scheduler', (MONTH_MINUTES / MILLION) * scheduler.millionStarts),
    item('Transfer between zones', transferOf(figures)),
  ];
}

/** The sum of the items. */
export function dollarsPerMonth(figures: Figures, sizes: Sizes): number {
  const sum = itemsOf(figures, sizes).reduce((total, { dollarsPerMonth }) => total + dollarsPerMonth, 0);
  return Math.round(sum * 100) / 100;
}

function item(name: string, dollars: number): Item {
  return { name, dollarsPerMonth: dollars };
}

function dynamodbOf({ pairs, dynamodb }: Figures): number {
  const millions = (perPairAndMinute: number) => (perPairAndMinute * pairs * MONTH_MINUTES) / MILLION;
  return (
    millions(dynamodb.writeUnitsPerPairAndMinute) * prices.dynamodb.millionWriteUnits +
    millions(dynamodb.readUnitsPerPairAndMinute) * prices.dynamodb.millionReadUnits
  );
}

/** Taken in once, and kept; what compression saves of the keeping is left out. */
function logsOf({ logBytesPerMinute }: Figures, invocations: number): number {
  const gigabytes = (logBytesPerMinute * MONTH_MINUTES + invocations * PLATFORM_BYTES) / GIGABYTE;
  return gigabytes * (prices.cloudwatch.logGigabyte + LOG_MONTHS * prices.cloudwatch.logGigabyteMonth);
}

/** Both nodes are in one subnet, so the first vantage can be in their zone and every other one is not. */
function transferOf({ pairs, vantages, mysqlBytesPerPairAndSecond }: Figures): number {
  const bytes = mysqlBytesPerPairAndSecond * pairs * (vantages - 1) * MONTH_SECONDS;
  return (bytes / GIGABYTE) * prices.transfer.zoneGigabyte;
}
