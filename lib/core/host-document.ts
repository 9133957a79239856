/** The documents that may run on a host. */
export type HostDocument = 'restart-mysqld' | 'restart-keepalived' | 'bind-vip' | 'unbind-vip';
