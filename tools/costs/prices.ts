/**
 * AWS's public list prices in us-east-1, in dollars, each with its unit in its name: on demand, without free
 * tiers, savings plans or tax. From AWS's own pricing pages and public copies of them, as of `pricesAsOf`.
 */
import { MEGABYTES_OF_A_CPU } from '../../lab/aws/cgroups.ts';

export const pricesAsOf = 'June 2026';

/** AWS counts 730 hours in a month. */
export const MONTH_HOURS = 730;
export const MONTH_MINUTES = MONTH_HOURS * 60;
export const MONTH_SECONDS = MONTH_MINUTES * 60;

/** Lambda gives one vCPU for this memory, and less in proportion. Megabytes. */
export const VCPU_MEGABYTES = MEGABYTES_OF_A_CPU;

export const prices = {
  lambda: { arm64GigabyteSecond: 0.0000133334, millionRequests: 0.2 },
  dynamodb: { millionWriteUnits: 0.625, millionReadUnits: 0.125 },
  cloudwatch: {
    metricMonth: 0.3,
    alarmMonth: 0.1,
    dashboardMonth: 3,
    logGigabyte: 0.5,
    logGigabyteMonth: 0.03,
  },
  kms: { keyMonth: 1, tenThousandRequests: 0.03 },
  scheduler: { millionStarts: 1 },
  /** Management events of each trail after the first. */
  cloudtrail: { hundredThousandEvents: 2 },
  /** A gigabyte from one availability zone to another is paid for where it leaves and where it comes in. */
  transfer: { zoneGigabyte: 0.02 },
} as const;

/** RDS for MySQL, one instance in one zone, and EC2's instance of the same kind. Dollars an hour. */
export const instances = [
  { name: 't4g.medium', about: '2 vCPU, 4 GiB', rdsHour: 0.065, ec2Hour: 0.0336 },
  { name: 'm7g.large', about: '2 vCPU, 8 GiB', rdsHour: 0.168, ec2Hour: 0.0816 },
  { name: 'r7g.large', about: '2 vCPU, 16 GiB', rdsHour: 0.239, ec2Hour: 0.1071 },
] as const;

/** General-purpose SSD (gp3), with what it brings of operations and throughput. Dollars a gigabyte and month. */
export const storage = { rdsGigabyteMonth: 0.115, ebsGigabyteMonth: 0.08 } as const;
