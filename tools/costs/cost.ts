/** Dollars a month for what was measured, item by item. Pure. */
import { CREDENTIALS_LIFE_MS } from '../../lib/aws/ssm/credentials.ts';
import { type Choice, type Deployed, defaultChoice, deployedOf } from './deployed.ts';
import type { Figures } from './figures.ts';
import { MONTH_MINUTES, MONTH_SECONDS, prices } from './prices.ts';

export interface Item {
  readonly name: string;
  readonly dollarsPerMonth: number;
}

const GIGABYTE = 1e9;
const MILLION = 1e6;

/** What the platform writes of an invocation: START, END and REPORT. Bytes. */
const PLATFORM_BYTES = 400;
/** Logs are kept for 90 days by default. Months. */
const LOG_MONTHS = 90 / (365 / 12);
/** How often each watch reads a pair's credentials at the most; SSM decrypts them each time. Minutes. */
export const CREDENTIALS_MINUTES = CREDENTIALS_LIFE_MS / 60_000;
const DECRYPTIONS_PER_WATCH = MONTH_MINUTES / CREDENTIALS_MINUTES;

/** Gigabyte-seconds of Lambda in a month. A gigabyte of Lambda's has 1024 MB. */
export function gigabyteSecondsOf({ busyEnvironments }: Figures, { sizes, watches }: Deployed): number {
  return (MONTH_SECONDS * (watches * sizes.watch + busyEnvironments.probe * sizes.probe)) / 1024;
}

/** Every item of the bill of what was measured, as it is deployed with these settings. */
export function itemsOf(figures: Figures, choice: Choice = defaultChoice): readonly Item[] {
  const { pairs, invocationsPerMinute } = figures;
  const deployed = deployedOf(pairs, choice);
  const invocations = MONTH_MINUTES * (invocationsPerMinute.watch + invocationsPerMinute.probe);
  const decryptions = deployed.watches * DECRYPTIONS_PER_WATCH * pairs;
  const { lambda, cloudwatch, kms, scheduler } = prices;
  return [
    item('Lambda compute', gigabyteSecondsOf(figures, deployed) * lambda.arm64GigabyteSecond),
    item('Lambda requests', (invocations / MILLION) * lambda.millionRequests),
    item('DynamoDB requests', dynamodbOf(figures)),
    item('CloudWatch metrics', deployed.series * cloudwatch.metricMonth),
    item('CloudWatch alarms', deployed.alarms * cloudwatch.alarmMonth),
    item('CloudWatch dashboard', deployed.dashboards * cloudwatch.dashboardMonth),
    item('CloudWatch logs', logsOf(figures, invocations)),
    item('KMS key', kms.keyMonth),
    item('KMS decryption', (decryptions / 10_000) * kms.tenThousandRequests),
    item('EventBridge Scheduler', (MONTH_MINUTES / MILLION) * scheduler.millionStarts),
    item('Transfer between zones', transferOf(figures)),
  ];
}

/** The sum of the items. */
export function dollarsPerMonth(figures: Figures, choice: Choice = defaultChoice): number {
  const sum = itemsOf(figures, choice).reduce((total, { dollarsPerMonth }) => total + dollarsPerMonth, 0);
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
function transferOf({ pairs, restingBytesPerPairAndSecond }: Figures): number {
  const bytes = restingBytesPerPairAndSecond * pairs * MONTH_SECONDS;
  return (bytes / GIGABYTE) * prices.transfer.zoneGigabyte;
}
