/** `KEEPALAMBDA_SERVERS=mysql-5.6,mysql-9.7,mariadb-10.11` measures more of the lab's catalogue. */
import { describe } from 'vitest';
import { defaultServer, findProduct } from '../../lab/servers/catalogue.ts';
import { Subject } from './subject.ts';
import { traffic } from './suite-traffic.ts';

/**
 * Bytes a second. Each whole row is 3 kB: servers that have no short word for what a channel heard send one at each look, and a
 * machine that is busy has looks that are urgent.
 */
const mostOf = (name: string) => (/^(?:mysql-5\.6|mariadb)/.test(name) ? 24_000 : 5000);

for (const name of (process.env.KEEPALAMBDA_SERVERS || defaultServer).split(',')) {
  describe(`traffic to ${name}`, () => traffic(new Subject(name, () => findProduct(name)), mostOf(name)));
}
