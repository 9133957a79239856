/** The documents that run on a host in a plan or a repair. */
export type MoveDocument = 'restart-mysqld' | 'restart-keepalived' | 'bind-vip' | 'unbind-vip';

/** By these last words a document says that it has not restarted a service, because that is well or on its way up. */
export const LEFT_ALONE = 'left alone';

/** The documents of work that a person ordered: only for pairs with `hostWork`. */
export const workDocuments = [
  'host-facts',
  'count-transactions',
  'seed-facts',
  'seed-prepare',
  'seed-door',
  'seed-copy',
  'seed-place',
  'write-configuration',
  'remove-configuration',
  'make-account',
  'remove-account',
  'end-channel',
  'forget-history',
  'proof-database',
  'keep-vip',
  'drop-vip',
  'server-start',
  'planned-restart',
  'planned-reboot',
] as const;
export type WorkDocument = (typeof workDocuments)[number];

/** The documents that may run on a host. */
export type HostDocument = MoveDocument | WorkDocument;
