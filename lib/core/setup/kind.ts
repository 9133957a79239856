/** Which of the servers that setup knows a version is. */
import type { GrantServer } from '../operator/rights.ts';

/** By `@@version`; null for one that setup does not know. */
export function kindOf(version: string): GrantServer | null {
  if (/mariadb/i.test(version)) return Number.parseInt(version, 10) >= 10 ? 'mariadb' : null;
  const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).map(Number);
  // SHOW REPLICA STATUS is new in 8.0.22.
  if (major === 8 && minor === 0 && patch < 22) return null;
  if (major >= 8) return 'mysql-8';
  if (major !== 5) return null;
  return minor === 7 ? 'mysql-5.7' : minor === 6 ? 'mysql-5.6' : null;
}
