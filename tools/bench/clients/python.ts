/** Python with both MySQL drivers of Debian, fetched once into the cache. */
import path from 'node:path';
import { waysToLogIn } from '../../../lab/hosts/tools.ts';
import { unpacked, unpackedBinary } from '../../../lab/servers/debian.ts';
import type { Binary } from '../../../lab/servers/product.ts';

/** Fetches it the first time. Throws a `LabError` when it cannot be had. */
export async function fetchPython(): Promise<Binary> {
  const root = await unpacked({
    name: 'tools/python-mysql',
    suite: 'bookworm',
    // PyMySQL wants the cryptography for the accounts of MySQL 8.
    packages: ['python3-pymysql', 'python3-mysqldb', 'python3-cryptography'],
    instead: 'measure the others with --only',
  });
  const binary = await unpackedBinary(root, 'usr/bin/python3');
  return {
    ...binary,
    env: {
      PYTHONHOME: path.join(root, 'usr'),
      PYTHONNOUSERSITE: '1',
      PYTHONPATH: '',
      // The programs are in the source tree, where nothing may be left.
      PYTHONDONTWRITEBYTECODE: '1',
      ...(await waysToLogIn(root)),
    },
  };
}
