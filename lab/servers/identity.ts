/** Who a server is to its clients. */
import type { Instance } from './instance.ts';

/** The name under which a client of the lab knows the server. MariaDB has no `@@server_uuid`. */
export async function identityOf(instance: Instance): Promise<string> {
  const mariadb = "CONCAT('server_id:', @@server_id)";
  const expression = instance.product.dialect === 'mariadb' ? mariadb : '@@server_uuid';
  const [row] = await instance.sql(`SELECT ${expression} AS it`);
  return String(row?.it);
}
