/** `KEEPALAMBDA_SERVERS=mysql-5.6,mysql-9.7,mariadb-10.11` measures more of the lab's catalogue. */
import { describe } from 'vitest';
import { defaultServer, findProduct } from '../../lab/servers/catalogue.ts';
import { Subject } from './subject.ts';
import { traffic } from './suite-traffic.ts';

for (const name of (process.env.KEEPALAMBDA_SERVERS || defaultServer).split(',')) {
  describe(`traffic to ${name}`, () => traffic(new Subject(name, () => findProduct(name)), 4000));
}
