/** Tables that do not replicate well, and who is at work on a node. */
import type { Obstacle } from '../evidence/probe-results.ts';
import { TABLES_MAX } from './facts.ts';
import type { Here, Rule } from './rule.ts';

export const dataRules: readonly Rule[] = [
  {
    id: 'tables-without-key',
    severity: 'warning',
    of: 'node',
    when: 'a table has no primary key, and no unique key without NULL',
    got: ({ facts: { tables } }) => listed(tables?.withoutKey ?? []),
    want: 'a primary key for each table',
    why: 'The other node looks for each changed row in the whole table, and falls behind by hours.',
    fix: 'ALTER TABLE … ADD PRIMARY KEY, or an invisible one (MySQL 8.0.30 on: sql_generate_invisible_primary_key)',
  },
  {
    id: 'tables-not-innodb',
    severity: 'warning',
    of: 'node',
    when: 'a table is of another engine than InnoDB',
    got: ({ facts: { tables } }) => listed(tables?.notInnodb ?? []),
    want: 'InnoDB',
    why: 'What a crash leaves of it differs from the other node, and a half-done statement stays half done.',
    fix: 'ALTER TABLE … ENGINE = InnoDB',
  },
  {
    id: 'tables-of-tools',
    severity: 'hint',
    of: 'node',
    when: 'a schema-change tool works here, or has left its tables behind',
    got: ({ facts: { tables } }) => listed(tables?.ofTools ?? []),
    want: 'no such table, once the tool is done',
    why: 'A move in the middle of its work breaks it off; a trigger that it left fails writes.',
    fix: 'wait for the tool; if none runs, drop its triggers first and then its tables',
  },
  ...(
    [
      ['schema-change', 'a schema change is under way', 'wait for its end, or let its owner stop it'],
      ['backup', 'a backup is under way', 'wait for its end; take backups from the standby'],
      [
        'lock',
        'a session holds a lock on the whole server or on tables',
        'end the session, if its owner agrees',
      ],
    ] as const
  ).map(([kind, when, fix]) => atWork(kind, when, fix)),
];

function atWork(kind: Obstacle['kind'], when: string, fix: string): Rule {
  const sessions = ({ facts }: Here) => facts.obstacles.filter((obstacle) => obstacle.kind === kind);
  return {
    id: `${kind}-at-work`,
    severity: 'warning',
    of: 'node',
    when,
    got: (here) => listed(sessions(here).map(({ session }) => sessionText(session))),
    want: 'nobody at work before a planned move',
    why: 'A switchover refuses to begin, and a failover has to break it off.',
    fix,
  };
}

function sessionText({ id, user, host, forSeconds, statement }: Obstacle['session']): string {
  const text = statement.replace(/\s+/g, ' ').slice(0, 60);
  return `session ${id} of ${user}@${host} for ${forSeconds} s${text === '' ? '' : `: ${text}`}`;
}

/** A list that is full may go on. */
function listed(names: readonly string[]): string | null {
  if (names.length === 0) return null;
  return `${names.join(', ')}${names.length >= TABLES_MAX ? ' and perhaps more' : ''}`;
}
