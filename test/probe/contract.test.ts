/** `KEEPALAMBDA_SERVERS=mysql-5.6,mysql-9.7,mariadb-10.11` runs the cases on more of the lab's catalogue. */
import { defaultServer, findProduct } from '../../lab/servers/catalogue.ts';
import { databaseContract } from '../contract/database.ts';
import { openDatabaseWorld } from './contract-world.ts';

for (const name of (process.env.KEEPALAMBDA_SERVERS || defaultServer).split(',')) {
  databaseContract(`the probe on ${name}`, async () => openDatabaseWorld(await findProduct(name)));
}
