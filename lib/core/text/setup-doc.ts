/** `docs/host-configuration.md`, printed: every line that setup writes into a server's configuration. */
import type { GrantServer } from '../operator/rights.ts';
import { type ConfigurationLine, configurationLines, type ValueName } from '../setup/configuration.ts';
import { table } from './settings-doc.ts';

const servers: Readonly<Record<GrantServer, string>> = {
  'mysql-5.6': 'MySQL 5.6',
  'mysql-5.7': 'MySQL 5.7',
  'mysql-8': 'MySQL 8 and later',
  mariadb: 'MariaDB',
};

/** How a value that differs from node to node is found. */
const values: Readonly<Record<ValueName, string>> = {
  ServerId: 'the id that somebody chose (not 0 or 1), else the address as a number',
  Offset: '1 on the first node, 2 on the second',
  Domain: 'the domain that somebody chose, else as the offset',
  ReadOnly: '1; 0 where `writability` is `untouched`',
  KeepDays: 'the days that somebody chose, else 7',
  BinaryLog: 'where the binary logs are, else `binlog` in the data directory',
  Bind: 'what it was; `0.0.0.0` where it was a loopback address',
  SkipNames: '1; 0 where an account names a host',
};

/** The whole document. */
export function renderSetupDoc(): string {
  return [
    '# What setup writes into a server’s configuration',
    '',
    'Printed from `lib/core/setup/configuration.ts` by `test/core/text/docs.test.ts`: change the code, then run `npx vitest run test/core/text -u`.',
    '',
    'The file is `zz-keepalambda.cnf`, in the last directory that the server’s own files include ([hosts.md](hosts.md#what-setup-writes)).',
    'What can be changed while the server runs is set at once too; for the rest it is restarted, once.',
    '',
    ...table(['option', 'value', 'on', 'when', 'why'], configurationLines.map(row)),
    '',
  ].join('\n');
}

function row({ option, value, on, changesAtOnce, why }: ConfigurationLine): readonly string[] {
  return [
    `\`${option}\``,
    typeof value === 'string' ? `\`${value}\`` : values[value.of],
    on ? on.map((server) => servers[server]).join(', ') : 'all',
    changesAtOnce ? 'at once' : 'at the restart',
    why,
  ];
}
