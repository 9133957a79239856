/** The my.cnf of a node in the lab: the layers of `options.ts`, put together. */
import {
  isOf,
  labOptions,
  type NodeSettings,
  type Option,
  recommendedOptions,
  replicationOptions,
  type ServerSettings,
  wildLacks,
  wildOptions,
} from './options.ts';
import { type Dialect, optionsOf, type Product, type Settings } from './product.ts';

export type { NodeSettings, ServerSettings };

/** The default of all three vendors. */
export const maxConnections = 151;

/** The options of a node's server. */
export function nodeSettings(product: Product, node: NodeSettings, choice: ServerSettings): Settings {
  const asked = choice === 'recommended' ? recommendedOptions : [];
  return {
    ...product.settings,
    ...rendered([...labOptions, ...replicationOptions, ...asked], product, node),
  };
}

/** The options of a server that nobody has configured: those of the lab alone. */
export function bareSettings(product: Product, node: NodeSettings): Settings {
  return { ...product.settings, ...rendered(labOptions, product, node) };
}

/** The options of a pair that somebody set up years ago. */
export function wildSettings(product: Product, node: NodeSettings): Settings {
  const wanted = replicationOptions.filter(({ name }) => !wildLacks.includes(name));
  return { ...product.settings, ...rendered([...labOptions, ...wanted, ...wildOptions], product, node) };
}

/** The options of the one start that makes accounts and schemas: no log, no network. */
export function templateSettings(
  product: Product,
  node: Omit<NodeSettings, 'serverId' | 'address' | 'port'>,
) {
  const local = labOptions.filter(({ name }) => name !== 'bind-address' && name !== 'port');
  return {
    ...product.settings,
    ...rendered(local, product, { ...node, serverId: 1, address: '', port: 0 }),
    'skip-networking': true,
    'skip-log-bin': true,
    'server-id': 1,
  } satisfies Settings;
}

/** The text of a my.cnf. */
export function renderMyCnf(settings: Settings): string {
  return `[mysqld]\n${optionsOf(settings)
    .map((option) => option.slice(2))
    .join('\n')}\n`;
}

/** Small, and the same from the first bootstrap on: InnoDB's files must be as they were made. */
export function sizesOf(dialect: Dialect): Settings {
  const sizes = labOptions.filter((option) => option.name.startsWith('innodb-') && isOf(option, dialect));
  return Object.fromEntries(
    sizes.flatMap(({ name, value }) => (typeof value === 'object' ? [] : [[name, value]])),
  );
}

function rendered(options: readonly Option[], { dialect }: Product, node: NodeSettings): Settings {
  return Object.fromEntries(
    options
      .filter((option) => isOf(option, dialect))
      .map(({ name, value }) => [name, typeof value === 'object' ? value.of(node) : value]),
  );
}
