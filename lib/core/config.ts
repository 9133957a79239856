/**
 * The configuration of one environment: raw → Config, or every fault in it.
 *
 * A file in `environments/` is this object; the stack deploys from it, the functions read it (as JSON) at
 * start. What is not given has a default, written once, here.
 */
import { z } from 'zod';
import { contains, parseCidr } from './address.ts';
import { type Fault, faultsOf } from './fault.ts';

const name = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,30}$/,
    'a name of lower-case letters, digits and hyphens that begins with a letter',
  );
const ipv4 = z.ipv4('an IPv4 address, such as 10.0.1.11');
const positiveMs = z.int().positive('a positive number of milliseconds');

const nodeSchema = z.strictObject({
  /** What people call the node: `db1`. Used in every log line, alert and command. */
  name,
  /** The EC2 instance that runs mysqld. */
  instanceId: z.string().regex(/^i-[0-9a-f]{8,17}$/, 'an instance id, such as i-0123456789abcdef0'),
  /** The network interface that can carry the VIP. */
  eniId: z.string().regex(/^eni-[0-9a-f]{8,17}$/, 'an interface id, such as eni-0123456789abcdef0'),
  /** The node's own private address: looks and replication use it, never the VIP. */
  address: ipv4,
  /** The subnet of the interface: one of `subnets`. The VIP must lie in it. */
  subnet: name,
});

/** How a pair is judged. Every setting has the unit last. */
const settingsSchema = z.strictObject({
  /** Inbound replication fails the check at this lag. Seconds. mysql_check.sh: 120. */
  lagLimitSeconds: z.number().positive('a positive number of seconds').default(120),
  /** How many looks must find the port refused before a node is proven stopped. */
  stoppedLooks: z.int().min(1, 'at least 1 look').default(2),
  /** Time between those looks. Milliseconds. */
  stoppedIntervalMs: positiveMs.default(250),
  /** How many looks must stay unanswered before a node counts as silent. */
  silentLooks: z.int().min(2, 'at least 2 looks: one lost packet is no death').default(3),
  /** Time between the starts of those looks. Milliseconds. */
  silentIntervalMs: positiveMs.default(500),
  /** How long one look waits for a connection or an answer. Milliseconds. */
  lookLimitMs: positiveMs.default(500),
  /** How often the probe looks while watch holds a look open. Milliseconds. */
  lookIntervalMs: positiveMs.default(500),
  /** How long a held look stays open while nothing changes. Milliseconds. */
  holdMs: positiveMs.default(5000),
  /** How long the heartbeat may fail to commit before the holder counts as stuck. Milliseconds. */
  stuckMs: positiveMs.default(5000),
  /** How long a replication or lag fault must last before it counts. Milliseconds. */
  replicationFaultMs: positiveMs.default(10_000),
  /** How long the standby's replication may be out of touch with a live holder before it is unfit. Milliseconds. */
  readinessMs: positiveMs.default(3000),
  /** The standby is a witness while it heard the holder within this time. Milliseconds. */
  witnessMs: positiveMs.default(1500),
  /** How long a failover waits for the new holder to apply what it received. Milliseconds. */
  catchUpLimitMs: positiveMs.default(30_000),
  /** How long a switchover may keep writes frozen. Milliseconds. */
  freezeLimitMs: positiveMs.default(10_000),
  /** How many automatic failovers an hour, before a person has to look. */
  flapLimit: z.int().min(1, 'at least 1').default(3),
  /** No automatic failover so soon after the last. Milliseconds. */
  flapQuietMs: positiveMs.default(30_000),
});

const pairSchema = z.strictObject({
  /** What people call the pair: `orders`. */
  name,
  /** The secondary private address that clients connect to. */
  vip: ipv4,
  /** The port of mysqld on both nodes, and of the VIP. */
  port: z.int().min(1).max(65_535).default(3306),
  /** The two masters. */
  nodes: z.tuple([nodeSchema, nodeSchema], 'exactly two nodes'),
  /** Which node gets a VIP that neither holds. There is no automatic fail-back to it. */
  prefer: name.optional(),
  /** Name of the SSM parameter (SecureString) with `{"user","password"}`, or `/aws/reference/secretsmanager/NAME`. */
  credentials: z
    .string()
    .regex(/^\/[A-Za-z0-9_./-]+$/, 'the name of an SSM parameter, such as /keepalambda/prod/orders'),
  /** `managed`: exactly one writable node. `untouched`: keepalambda never changes read_only. */
  writability: z.enum(['managed', 'untouched'], "'managed' or 'untouched'").default('managed'),
  /** What to do to an old holder that does not answer. */
  fencing: z
    .enum(['none', 'isolate', 'stop-instance'], "'none', 'isolate' or 'stop-instance'")
    .default('none'),
  /** The security group that `isolate` swaps in. */
  quarantineGroup: z
    .string()
    .regex(/^sg-[0-9a-f]{8,17}$/, 'a security group id, such as sg-0123456789abcdef0')
    .optional(),
  /** `prebound`: both hosts carry the VIP already. `ssm`: bind and unbind it at each move. */
  hostAddress: z.enum(['prebound', 'ssm'], "'prebound' or 'ssm'").default('prebound'),
  /** When the holder's own inbound replication fails the check: as mysql_check does, or page only. */
  holderReplicationFault: z.enum(['failover', 'page'], "'failover' or 'page'").default('failover'),
  /** Restart mysqld or keepalived through SSM when a node is lost. */
  repair: z.array(z.enum(['mysqld', 'keepalived'], "'mysqld' or 'keepalived'")).default([]),
  /** Whether looks at the holder commit a heartbeat row (needs the table `keepalambda.heartbeat`). */
  writeProbe: z.boolean().default(true),
  settings: settingsSchema.prefault({}),
});

const subnetSchema = z.strictObject({
  subnetId: z.string().regex(/^subnet-[0-9a-f]{8,17}$/, 'a subnet id, such as subnet-0123456789abcdef0'),
  cidr: z.cidrv4('an IPv4 range, such as 10.0.1.0/24'),
  availabilityZone: z.string().min(1, 'an availability zone, such as eu-central-1a'),
});

const environmentSchema = z.strictObject({
  /** Name of the environment and of its stack: `prod`. */
  name,
  /** One line for `cdk ls` and the console. */
  description: z.string().default(''),
  /** The account to deploy to; the CLI's own when left out. */
  account: z
    .string()
    .regex(/^\d{12}$/, 'an account id of 12 digits')
    .optional(),
  /** The region of the pair. */
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region, such as eu-central-1'),
  vpcId: z.string().regex(/^vpc-[0-9a-f]{8,17}$/, 'a VPC id, such as vpc-0123456789abcdef0'),
  /** The subnets that nodes and probes are in, by a name of your own. */
  subnets: z.record(name, subnetSchema),
  /** Where probe functions look from: one to three names of `subnets`. */
  vantages: z.array(name).min(1, 'one to three vantages').max(3, 'one to three vantages'),
  /** The security groups of the probe functions; the nodes must admit them on the MySQL port. */
  probeSecurityGroups: z
    .array(z.string().regex(/^sg-[0-9a-f]{8,17}$/, 'a security group id, such as sg-0123456789abcdef0'))
    .min(1, 'at least one security group'),
  /** Who is told, by e-mail. */
  subscribers: z.array(z.email('an e-mail address')).min(1, 'at least one subscriber'),
  /** Whether `cdk destroy` keeps the table. */
  keepTable: z.boolean().default(true),
  pairs: z.array(pairSchema).min(1, 'at least one pair'),
});

/** What an environment file holds. */
export type EnvironmentInput = z.input<typeof environmentSchema>;
/** A checked environment, with every default filled in. */
export type Config = z.output<typeof environmentSchema>;
export type Pair = z.output<typeof pairSchema>;
export type Node = z.output<typeof nodeSchema>;
export type Settings = z.output<typeof settingsSchema>;

export type Parsed<T> =
  | { readonly kind: 'valid'; readonly value: T }
  | { readonly kind: 'faulty'; readonly faults: readonly Fault[] };

/** Types an environment file; checks nothing (the app does, and lists every fault). */
export function defineEnvironment(environment: EnvironmentInput): EnvironmentInput {
  return environment;
}

/**
 * Raw → Config, or all its faults: those of shape first, and where the shape holds, those of sense.
 * Never throws.
 */
export function parseConfig(raw: unknown): Parsed<Config> {
  const shaped = environmentSchema.safeParse(raw, { reportInput: true });
  const faults = shaped.success ? senseFaults(shaped.data) : faultsOf(shaped.error, raw);
  // Faults of sense are worth telling even when a detail elsewhere is misshapen.
  const more = shaped.success ? [] : senseFaultsOfTheRest(raw);
  const all = [...faults, ...more];
  if (!shaped.success || all.length > 0) return { kind: 'faulty', faults: all };
  return { kind: 'valid', value: shaped.data };
}

/** The node of this name. Throws for a name that the pair does not have: a bug, never input. */
export function nodeOf(pair: Pair, nodeName: string): Node {
  const found = pair.nodes.find((node) => node.name === nodeName);
  if (!found) throw new Error(`pair ${pair.name} has no node ${nodeName}`);
  return found;
}

/** The other node of the pair. */
export function peerOf(pair: Pair, nodeName: string): Node {
  return pair.nodes[0].name === nodeName ? pair.nodes[1] : pair.nodes[0];
}

/** A fault of sense: each value is well formed, but together they cannot work. */
function senseFaults(environment: Config): Fault[] {
  const pairNames = environment.pairs.map((pair) => pair.name);
  return [
    ...environment.vantages.flatMap((vantage, index) =>
      environment.subnets[vantage]
        ? []
        : [unknownSubnet(`vantages[${index}]`, vantage, Object.keys(environment.subnets))],
    ),
    ...repeated(pairNames).map((twice) => ({
      path: 'pairs',
      got: `two pairs named ${twice}`,
      want: 'a name of its own for each pair',
      remedy: 'rename one of them',
    })),
    ...environment.pairs.flatMap((pair, index) => pairFaults(environment, pair, `pairs[${index}]`)),
  ];
}

function pairFaults(environment: Config, pair: Pair, path: string): Fault[] {
  const [first, second] = pair.nodes;
  const faults: Fault[] = [];
  for (const key of ['name', 'instanceId', 'eniId', 'address'] as const) {
    if (first[key] !== second[key]) continue;
    faults.push({
      path: `${path}.nodes[1].${key}`,
      got: `${second[key]}, which is also that of nodes[0]`,
      want: `two nodes, each with its own ${key}`,
      remedy: `give the ${key} of the second node`,
    });
  }
  if (first.subnet !== second.subnet) {
    faults.push({
      path: `${path}.nodes[1].subnet`,
      got: `${second.subnet}, while ${first.name} is in ${first.subnet}`,
      want: 'both nodes in one subnet: EC2 assigns a secondary address only within its own subnet',
      remedy: `put both instances into one subnet, in one availability zone`,
    });
  }
  faults.push(...addressFaults(environment, pair, path));
  if (pair.prefer && !pair.nodes.some((node) => node.name === pair.prefer)) {
    faults.push({
      path: `${path}.prefer`,
      got: pair.prefer,
      want: `one of ${first.name}, ${second.name}`,
      remedy: 'name a node of this pair, or leave prefer out',
    });
  }
  if (pair.fencing === 'isolate' && !pair.quarantineGroup) {
    faults.push({
      path: `${path}.quarantineGroup`,
      got: 'nothing',
      want: "a security group id, because fencing is 'isolate'",
      remedy: 'make a security group without rules and give its id',
    });
  }
  return faults;
}

/** The VIP must lie in the subnet of each ENI, and be nobody's own address. */
function addressFaults(environment: Config, pair: Pair, path: string): Fault[] {
  const faults: Fault[] = [];
  pair.nodes.forEach((node, index) => {
    const subnet = environment.subnets[node.subnet];
    if (!subnet) {
      faults.push(
        unknownSubnet(`${path}.nodes[${index}].subnet`, node.subnet, Object.keys(environment.subnets)),
      );
      return;
    }
    const cidr = parseCidr(subnet.cidr);
    if (!contains(cidr, node.address)) {
      faults.push({
        path: `${path}.nodes[${index}].address`,
        got: `${node.address}, outside ${subnet.cidr} (${node.subnet})`,
        want: `an address in the subnet of ${node.eniId}`,
        remedy: 'correct the address, or the cidr of the subnet',
      });
    }
    if (!contains(cidr, pair.vip)) {
      faults.push({
        path: `${path}.vip`,
        got: `${pair.vip}, outside ${subnet.cidr}, the subnet of ${node.eniId} (${node.name})`,
        want: `a free address in ${subnet.cidr}`,
        remedy: 'choose an unused address of that subnet and reserve it (a subnet CIDR reservation)',
      });
    }
    if (node.address === pair.vip) {
      faults.push({
        path: `${path}.vip`,
        got: `${pair.vip}, which is ${node.name}'s own address`,
        want: 'an address that no host has as its primary',
        remedy: 'choose a free address of the subnet: the VIP moves, the node addresses do not',
      });
    }
  });
  return faults;
}

function unknownSubnet(path: string, got: string, known: readonly string[]): Fault {
  return {
    path,
    got,
    want: `one of ${known.join(', ') || 'the names in subnets'}`,
    remedy: `add ${got} to subnets, or use a name that is there`,
  };
}

function repeated(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}

/** Retries the checks of sense on those pairs whose own shape holds, so that one run lists every fault. */
function senseFaultsOfTheRest(raw: unknown): Fault[] {
  const loose = z
    .looseObject({ subnets: z.record(name, subnetSchema), pairs: z.array(z.unknown()) })
    .safeParse(raw);
  if (!loose.success) return [];
  return loose.data.pairs.flatMap((candidate, index) => {
    // Settings cannot make a fault of sense, so a fault in them must not hide one.
    const pair = pairSchema.safeParse({ ...(candidate as object), settings: {} });
    if (!pair.success) return [];
    return pairFaults({ subnets: loose.data.subnets } as Config, pair.data, `pairs[${index}]`);
  });
}
