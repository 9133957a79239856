/** keepalived and the client that its script runs, from Debian's packages, fetched once into the cache. */
import { unpacked, unpackedBinary } from '../../../lab/servers/debian.ts';

/** Command lines, as lists of words. */
export interface Programs {
  readonly keepalived: readonly string[];
  readonly mysql: readonly string[];
}

/** Fetches them the first time. Throws a `LabError` when they cannot be had. */
export async function fetchPrograms(): Promise<Programs> {
  const root = await unpacked({
    name: 'peers/keepalived',
    suite: 'bookworm',
    packages: ['keepalived', 'mariadb-client-core'],
    instead: 'leave it out with --peers',
  });
  const wordsOf = async (program: string) => {
    const { command, args } = await unpackedBinary(root, program);
    return [command, ...args];
  };
  return {
    keepalived: await wordsOf('usr/sbin/keepalived'),
    mysql: await wordsOf('usr/bin/mariadb'),
  };
}
