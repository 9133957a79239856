/** What two servers with a failover cost otherwise: RDS's price model, and EC2's for the two that one runs oneself. Pure. */
import { instances, MONTH_HOURS, storage } from './prices.ts';

/** The storage that the comparison assumes for each server. Gigabytes. */
export const STORAGE_GIGABYTES = 100;

export interface Rival {
  readonly instance: string;
  readonly about: string;
  /** Two EC2 instances with a volume each: what keepalambda's user pays for a pair's servers. */
  readonly twoOnEc2: number;
  /** RDS without a standby. */
  readonly singleZone: number;
  /** One standby, which takes no queries: instance and storage twice. */
  readonly multiZone: number;
}

/** For each kind of instance, dollars a month. */
export function rivalsOf(): readonly Rival[] {
  return instances.map(({ name, about, rdsHour, ec2Hour }) => {
    const single = rdsHour * MONTH_HOURS + STORAGE_GIGABYTES * storage.rdsGigabyteMonth;
    const onEc2 = ec2Hour * MONTH_HOURS + STORAGE_GIGABYTES * storage.ebsGigabyteMonth;
    return { instance: name, about, twoOnEc2: 2 * onEc2, singleZone: single, multiZone: 2 * single };
  });
}
