/** What a node's configuration must say: what somebody has chosen is kept, what nobody has is given. */
import type { Node, Pair } from '../config/config.ts';
import type { ConfigurationValues } from './configuration.ts';
import type { HostFacts } from './facts.ts';

/** Binary logs are kept for so many days where nothing limits them. */
const KEEP_DAYS = 7;
const loopback = ['127.0.0.1', 'localhost', '::1'];

/** The values of one node. The other one is needed because their ids and domains must differ. */
export function valuesFor(
  pair: Pair,
  node: Node,
  { running, dataDirectory, namedHosts }: HostFacts,
  peer: HostFacts,
): ConfigurationValues {
  const offset = pair.nodes[0].name === node.name ? '1' : '2';
  const of = (variable: string) => running.get(variable) ?? '';
  const bind = of('bind_address');
  return {
    ServerId: serverIdFor(node, of('server_id'), peer.running.get('server_id') ?? ''),
    Offset: offset,
    Domain: domainFor(offset, of('gtid_domain_id'), peer.running.get('gtid_domain_id') ?? ''),
    ReadOnly: pair.writability === 'managed' ? '1' : '0',
    // MariaDB counts parts of a day.
    KeepDays: isGiven(of('expire_logs_days'))
      ? String(Math.ceil(Number(of('expire_logs_days'))))
      : String(KEEP_DAYS),
    BinaryLog: of('log_bin_basename') || `${dataDirectory.replace(/\/$/, '')}/binlog`,
    // A package of Debian's listens at 127.0.0.1 alone.
    Bind: isLoopback(bind) ? '0.0.0.0' : bind || '*',
    SkipNames: namedHosts === 0 ? '1' : '0',
  };
}

/** The vendors' own ids are 0 and 1; another was chosen, and is kept unless the other node has it too. */
function serverIdFor({ address }: Node, own: string, peers: string): string {
  if (Number(own) > 1 && own !== peers) return own;
  // The address as one number: no other server of the network has it.
  return String(address.split('.').reduce((number, part) => number * 256 + Number(part), 0));
}

/** A domain that was chosen is kept, on the first node also where both have it. */
function domainFor(offset: string, own: string, peers: string): string {
  if (isGiven(own) && (own !== peers || offset === '1')) return own;
  return [offset, '1', '2'].find((domain) => domain !== peers) ?? offset;
}

function isLoopback(bind: string): boolean {
  return bind.split(',').every((address) => loopback.includes(address.trim()));
}

function isGiven(value: string): boolean {
  return value !== '' && Number(value) !== 0;
}
