/** What a server says of itself before it runs. */
import { LabError } from '../errors.ts';
import { type Binary, type Dialect, run } from './product.ts';

export interface Version {
  /** Such as `9.7.4`. */
  readonly version: string;
  readonly dialect: Dialect;
  /** Whether it makes its data directory by itself. */
  readonly initializes: boolean;
}

/** Asks the binary. Throws a `LabError` when it is no server, or one whose words the lab does not speak. */
export async function versionOf(binary: Binary): Promise<Version> {
  const said = await run(binary, ['--no-defaults', '--version']).catch((error: Error) => error.message);
  const [, version = '', major = '', minor = '', patch = ''] = /Ver ((\d+)\.(\d+)\.(\d+))/.exec(said) ?? [];
  const number = Number(major) * 10_000 + Number(minor) * 100 + Number(patch);
  if (/mariadb/i.test(said) && number >= 101_100) return { version, dialect: 'mariadb', initializes: false };
  if (!/mariadb/i.test(said) && number >= 50_600 && number < 80_000) {
    return { version, dialect: 'mysql-5', initializes: number >= 50_700 };
  }
  if (!/mariadb/i.test(said) && number >= 80_026) return { version, dialect: 'mysql-8', initializes: true };
  throw new LabError({
    got: `${[binary.command, ...binary.args].at(-1)}, which says: ${said.trim().slice(0, 200)}`,
    want: 'MySQL 5.6, 5.7 or 8.0.26 and later, or MariaDB 10.11 and later',
    remedy: 'name another server with --server',
  });
}
