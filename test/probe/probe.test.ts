/** `KEEPALAMBDA_SERVERS=mysql-5.6,mysql-9.7,mariadb-10.11` runs the suite on more of the lab's catalogue. */
import { defaultServer, findProduct } from '../../lab/servers/catalogue.ts';
import { describeProbe } from './suite.ts';

for (const name of (process.env.KEEPALAMBDA_SERVERS || defaultServer).split(',')) {
  describeProbe(name, () => findProduct(name));
}
