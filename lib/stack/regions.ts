/** Names that differ between the partitions of AWS (`aws`, `aws-cn`, `aws-us-gov`). */
import { RegionInfo } from 'aws-cdk-lib/region-info';

/** `amazonaws.com`, in China `amazonaws.com.cn`. */
export function domainSuffixOf(region: string): string {
  return RegionInfo.get(region).domainSuffix ?? 'amazonaws.com';
}

/** The values of `kms:ViaService`. AWS does not say which suffix it has in China: both are taken. */
export function viaServices(region: string, services: readonly string[]): readonly string[] {
  const suffixes = [...new Set(['amazonaws.com', domainSuffixOf(region)])];
  return services.flatMap((service) => suffixes.map((suffix) => `${service}.${region}.${suffix}`));
}
