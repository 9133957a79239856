/** The lists of tables that doctor reads, on real servers. */
import { expect, test } from 'vitest';
import type { ServerFacts } from '../../lib/core/doctor/facts.ts';
import { eventually } from './servers.ts';
import type { Subject } from './subject.ts';

/** Each with what is special about it. */
const tables: readonly string[] = [
  'app.keyless (it INT) ENGINE=InnoDB',
  'app.may_be_null (it INT, UNIQUE KEY (it)) ENGINE=InnoDB',
  'app.in_part (it VARCHAR(40) NOT NULL, UNIQUE KEY (it(5))) ENGINE=InnoDB',
  'app.whole (it INT NOT NULL, note INT, UNIQUE KEY (it), UNIQUE KEY (note)) ENGINE=InnoDB',
  'app._whole_gho (it INT PRIMARY KEY) ENGINE=InnoDB',
  'app.of_old (it INT PRIMARY KEY) ENGINE=MyISAM',
];
/** MySQL 8.0.30 on: the server makes a key, and may hide it. */
const withOwnKey = 'app.own_key (it INT) ENGINE=InnoDB';

export function tableLists(subject: Subject): void {
  const examine = async (): Promise<ServerFacts> => {
    const asked = { kind: 'examine', ...subject.command, ...subject.nodeOf('db1'), depth: 'full' } as const;
    const answer = await subject.probe.answer(asked);
    if (answer.kind !== 'examined') throw new Error(JSON.stringify(answer));
    return answer.facts;
  };

  test('doctor names tables without a key, of another engine and of tools, and waits for no schema change', async () => {
    const { db1 } = subject.servers;
    const isToday = db1.product.dialect === 'mysql-8';
    const [root, reader, changer] = [await db1.openRoot(), await db1.openRoot(), await db1.openRoot()];
    const local = 'SET SESSION sql_log_bin = 0';
    for (const session of [root, changer]) await session.query(local);
    try {
      for (const table of tables) await root.query(`CREATE TABLE ${table}`);
      if (isToday) {
        await root.query('SET SESSION sql_generate_invisible_primary_key = 1');
        await root.query(`CREATE TABLE ${withOwnKey}`);
        await root.query('SET GLOBAL show_gipk_in_create_table_and_information_schema = 0');
      }
      await reader.query('BEGIN');
      await reader.query('SELECT COUNT(*) FROM app.whole');
      const change = changer.query("ALTER TABLE app.whole COMMENT = 'other'").catch(() => {});
      await eventually(async () => {
        const waiting = await db1.sql(
          "SELECT ID FROM information_schema.PROCESSLIST WHERE STATE LIKE 'Waiting for table metadata%'",
        );
        expect(waiting).toHaveLength(1);
      });
      const { tables: lists, unread, obstacles } = await examine();
      expect(lists).toEqual({
        withoutKey: ['app.in_part', 'app.keyless', 'app.may_be_null'],
        notInnodb: ['app.of_old (MyISAM)'],
        ofTools: ['app._whole_gho'],
      });
      expect(unread).toEqual([]);
      expect(obstacles.map(({ kind }) => kind)).toContain('schema-change');
      await reader.query('ROLLBACK');
      await change;
    } finally {
      for (const session of [reader, changer]) session.destroy();
      const names = [...tables, ...(isToday ? [withOwnKey] : [])].map((table) => table.split(' ')[0]);
      if (isToday) await root.query('SET GLOBAL show_gipk_in_create_table_and_information_schema = 1');
      await root.query(`DROP TABLE IF EXISTS ${names.join(', ')}`);
      root.destroy();
    }
  });
}
