/** What `keepalambda init` is given, by flags or by answers → an environment that is yet to be checked. */
import { type CliError, usage } from './errors.ts';
import { tlsOf } from './init-authority.ts';
import type { Draft } from './init-draft.ts';

/** Everything that it needs, as the words that a person gave. */
export interface InitWords {
  readonly description: string;
  readonly account: string;
  readonly region: string;
  readonly vpc: string;
  readonly subnet: readonly string[];
  readonly vantage: readonly string[];
  readonly probeGroup: readonly string[];
  readonly subscriber: readonly string[];
  readonly pair: string;
  readonly vip: string;
  readonly node: readonly string[];
  readonly credentials: string;
  /** A file. */
  readonly tlsAuthority: string;
  /** Whether there is TLS: without `--no-tls`, an authority is needed. */
  readonly tls: boolean;
  readonly set: readonly string[];
}

/** The environment as the words say it. Only their form is checked. */
export function environmentOf(name: string, words: InitWords): Draft {
  const subnets = Object.fromEntries(words.subnet.map(subnetOf));
  const first = Object.keys(subnets)[0] ?? '';
  return {
    name,
    description: words.description || undefined,
    account: words.account || undefined,
    region: words.region,
    vpcId: words.vpc,
    subnets,
    vantages: words.vantage.length > 0 ? words.vantage : Object.keys(subnets).slice(0, 3),
    probeSecurityGroups: words.probeGroup,
    subscribers: words.subscriber,
    pairs: [
      words.set.reduce(withSetting, {
        name: words.pair,
        mode: 'observe',
        vip: words.vip,
        nodes: words.node.map((text) => nodeOf(text, first)),
        credentials: words.credentials || (words.pair && `/keepalambda/${name}/${words.pair}`),
        ...(words.tlsAuthority || !words.tls ? tlsOf(name, words.tls) : {}),
      }),
    ],
  };
}

/** `a=subnet-0a1b…,10.0.1.0/24,eu-central-1a` */
function subnetOf(text: string): [string, object] {
  const want = 'NAME=ID,RANGE,ZONE';
  const [name, value] = named('--subnet', text, want);
  const [subnetId, cidr, availabilityZone] = listed('--subnet', value, want);
  return [name, { subnetId, cidr, availabilityZone }];
}

/** `db1=i-0a1b…,eni-0a1b…,10.0.1.11` and, where it is not the first subnet, its name. */
function nodeOf(text: string, first: string): object {
  const want = 'NAME=INSTANCE,INTERFACE,ADDRESS[,SUBNET]';
  const [name, value] = named('--node', text, want);
  const [instanceId, eniId, address, subnet = first] = listed('--node', value, want);
  return { name, instanceId, eniId, address, subnet };
}

/** `settings.lagLimitSeconds=60` or `fencing=stop-instance`, put into the pair where the name says. */
function withSetting(pair: Readonly<Record<string, unknown>>, text: string): Record<string, unknown> {
  const [path, value] = named('--set', text, 'NAME=VALUE');
  return putInto(pair, path.split('.'), literalOf(value));
}

function putInto(
  object: Readonly<Record<string, unknown>>,
  [key = '', ...rest]: readonly string[],
  value: unknown,
): Record<string, unknown> {
  const inner = (object[key] ?? {}) as Record<string, unknown>;
  return { ...object, [key]: rest.length > 0 ? putInto(inner, rest, value) : value };
}

/** A number, a truth or a list where it looks like one; text otherwise. */
function literalOf(text: string): unknown {
  if (/^(-?\d+(\.\d+)?|true|false)$/.test(text)) return JSON.parse(text);
  return /^\[.*\]$/.test(text) ? text.slice(1, -1).split(',').filter(Boolean) : text;
}

function named(flag: string, text: string, want: string): [name: string, value: string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw misshapen(flag, text, want);
}

/** At least three words with commas between. */
function listed(flag: string, text: string, want: string): readonly string[] {
  const words = text.split(',');
  if (words.length >= 3) return words;
  throw misshapen(flag, text, want);
}

function misshapen(flag: string, text: string, want: string): CliError {
  return usage(`${flag}: got ${text || 'nothing'}; want ${want}. To fix it: see --help.`);
}
