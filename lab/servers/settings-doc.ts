/** `docs/servers.md`: what the lab sets on its servers, and what is asked of a user's. */
import { table } from '../../lib/core/text/settings-doc.ts';
import {
  type ChannelOption,
  labOptions,
  type Option,
  recommendedChannel,
  recommendedOptions,
  replicationOptions,
} from './options.ts';
import type { Dialect } from './product.ts';

const dialects: Readonly<Record<Dialect, string>> = {
  'mysql-5': 'MySQL to 5.7',
  'mysql-8': 'MySQL from 8.0',
  mariadb: 'MariaDB',
};

/** The whole document. */
export function renderServerSettings(): string {
  return [
    '# Settings of the servers',
    '',
    'Printed from `lab/servers/options.ts` by `test/lab/servers.test.ts`: change the code, then run `npx vitest run test/lab/servers.test.ts -t docs/servers.md -u`.',
    '',
    '[doctor.md](doctor.md) says what is wrong where one is missing; `keepalambda doctor PAIR` looks for it on your servers.',
    '',
    "The lab's servers run with their vendor's defaults (`--server-settings vendor`, the default of `npm run lab`, of the",
    'matrix and of CI), apart from what the first two tables list. keepalambda must be right with them. With',
    '`--server-settings recommended` the third table comes on top: it is what we ask for, because with it fewer rows are',
    'lost and fewer people are woken.',
    '',
    '## What replication needs',
    '',
    'Two masters that replicate from each other cannot do without. Read-only at start is the one thing that keepalambda',
    'insists on.',
    '',
    ...options(replicationOptions),
    '',
    '## What the lab needs',
    '',
    'None of it changes what a server promises to a client, to a replica or to keepalambda.',
    '',
    ...options(labOptions),
    '',
    'Beside these, each product gets the paths of its messages, character sets and plugins, and on MySQL from 8.0 the X',
    'protocol, which nobody here speaks, is off (`mysqlx=OFF`), because two servers would want its one port.',
    '',
    'A server with its defaults looks up the name of everybody who logs in. In the lab a hosts file in its own mount',
    'namespace has the names, as the name server of a VPC has them, so no question leaves the machine.',
    '',
    '## What we recommend',
    '',
    'In my.cnf:',
    '',
    ...options(recommendedOptions),
    '',
    'Of the channel, in `CHANGE MASTER` (after `MASTER_`) or `CHANGE REPLICATION SOURCE` (after `SOURCE_`):',
    '',
    ...table(
      ['option', 'value', 'on', 'default', 'because'],
      recommendedChannel.map((option) => channelRow(option)),
    ),
    '',
  ].join('\n');
}

function options(all: readonly Option[]): readonly string[] {
  return table(['option', 'value', 'on', 'default', 'because'], all.map(row));
}

function row({ name, value, on, vendor, why }: Option): readonly string[] {
  return [`\`${name}\``, shown(value), where(on), vendor ?? '', why];
}

function channelRow({ name, value, on, vendor, why }: ChannelOption): readonly string[] {
  return [`\`${name}\``, `\`${value}\``, where(on), vendor, why];
}

function shown(value: Option['value']): string {
  if (typeof value === 'object') return value.shown;
  return value === true ? 'on' : `\`${value}\``;
}

function where(on: readonly Dialect[] | undefined): string {
  return on === undefined ? 'all' : on.map((dialect) => dialects[dialect]).join(', ');
}
