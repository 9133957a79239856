/** The data of a server that was in use before anybody thought of a pair. */
import type { Instance } from '../servers/instance.ts';

interface Table {
  readonly rows: number;
  /** Beside its key. */
  readonly columns: string;
  /** One value for each of them. */
  readonly values: string;
}

const tables: Readonly<Record<string, Table>> = {
  'shop.customers': { rows: 20_000, columns: 'name VARCHAR(40) NOT NULL', values: "CONCAT('customer ', n)" },
  'shop.orders': {
    rows: 50_000,
    columns: 'customer INT NOT NULL, note VARBINARY(400)',
    values: '1 + n % 20000, REPEAT(UNHEX(SHA2(n, 256)), 12)',
  },
  'stock.items': { rows: 30_000, columns: 'price DECIMAL(9, 2) NOT NULL', values: 'n / 100' },
};

/** How many rows `fill` makes. */
export const ROWS = Object.values(tables).reduce((sum, { rows }) => sum + rows, 0);

const digits = Array.from({ length: 10 }, (_, digit) => `SELECT ${digit} AS d`).join(' UNION ALL ');
/** 0 to 99,999, in words that a server of 2013 knows. */
const numbers = `SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d AS n
  FROM (${digits}) a, (${digits}) b, (${digits}) c, (${digits}) e, (${digits}) f`;

/** Makes the tables, and a view, with the same rows each time. */
export async function fill(instance: Instance): Promise<void> {
  for (const database of ['shop', 'stock']) await instance.sql(`CREATE DATABASE ${database}`);
  for (const [name, { rows, columns, values }] of Object.entries(tables)) {
    await instance.sql(`CREATE TABLE ${name} (id INT PRIMARY KEY AUTO_INCREMENT, ${columns}) ENGINE=InnoDB`);
    const listed = columns
      .split(/, (?=[a-z])/)
      .map((column) => column.split(' ')[0])
      .join(', ');
    await instance.sql(
      `INSERT INTO ${name} (${listed}) SELECT ${values} FROM (${numbers}) numbers WHERE n < ${rows}`,
    );
  }
  await instance.sql('CREATE VIEW shop.names AS SELECT id, name FROM shop.customers');
}
