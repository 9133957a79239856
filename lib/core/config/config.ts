/**
 * The configuration of one environment: raw → Config, or every fault in it.
 *
 * A file in `environments/` is this object; the stack deploys from it, the functions read it (as JSON) at
 * start. What is not given has a default, written once, here.
 */
import { z } from 'zod';
import { type ConfigFault, faultsOf, shown, withoutFaulty } from '../fault.ts';
import { maintenanceFields } from '../maintain/settings.ts';
import { runbookUrl } from '../project.ts';
import { accountFields } from './account-settings.ts';
import { type LooseEnvironment, ruleFaults } from './config-rules.ts';
import { ipv4, matching, name, parameterName, securityGroup, shortName } from './config-values.ts';
import { replicaFields } from './replica-settings.ts';
import { judgingFields, resolveSettings, settingsSchema } from './settings.ts';
import { takeMoved } from './settings-moved.ts';
import { protocolOf } from './subscriber.ts';

const subscriber = z
  .string()
  .refine(
    (text) => protocolOf(text) !== null,
    'an e-mail address, an https:// URL, or a telephone number such as +491701234567',
  );

const nodeSchema = z.strictObject({
  /** What people call the node: `db1`. Used in every log line, alert and command. */
  name,
  /** The EC2 instance that runs mysqld. */
  instanceId: matching(/^i-[0-9a-f]{8,17}$/, 'an instance id, such as i-0123456789abcdef0'),
  /** The network interface that can carry the VIP. */
  eniId: matching(/^eni-[0-9a-f]{8,17}$/, 'an interface id, such as eni-0123456789abcdef0'),
  /** The node's own private address: looks and replication use it, never the VIP. */
  address: ipv4,
  /** The subnet of the interface: one of `subnets`. The VIP must lie in it. */
  subnet: shortName,
});

/** All of a pair but how it is judged. */
const pairFields = {
  /** What people call the pair: `orders`. */
  name,
  mode: z.enum(['act', 'observe'], "'act' or 'observe'").default('act').meta({
    description:
      '`act`: keepalambda does what it decides. `observe`: it looks, alerts, and says what it would do; it changes nothing, commits no heartbeat row, and its functions may not.',
  }),
  /** The secondary private address that clients connect to. */
  vip: ipv4,
  /** The port of mysqld on both nodes, and of the VIP. */
  port: z.int().min(1).max(65_535).default(3306),
  /** The two masters. */
  nodes: z.tuple([nodeSchema, nodeSchema], 'exactly two nodes'),
  /** Which node gets a VIP that neither holds. There is no automatic fail-back to it. */
  prefer: name.optional(),
  /** Name of the SSM parameter (SecureString) with `{"user","password"}`, or `/aws/reference/secretsmanager/NAME`. */
  credentials: parameterName,
  /** ARN of the customer key that the credentials are encrypted with; left out for AWS's own (`aws/ssm`). */
  credentialsKey: matching(
    /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/,
    'the ARN of a KMS key (not of an alias)',
  ).optional(),
  /**
   * The connections to MySQL. `off`: in the clear. `encrypt`: nobody on the way can read them. `verify-ca`: and the
   * server is one that your authority signed for.
   */
  tls: z.enum(['off', 'encrypt', 'verify-ca'], "'off', 'encrypt' or 'verify-ca'").default('off'),
  /** Name of the SSM parameter with the certificate of that authority, in PEM; for `verify-ca`. */
  tlsAuthority: parameterName.optional(),
  writability: z.enum(['managed', 'untouched'], "'managed' or 'untouched'").default('managed').meta({
    description:
      '`managed`: exactly one node takes writes. `untouched`: keepalambda never changes `read_only`.',
  }),
  fencing: z
    .enum(['none', 'isolate', 'stop-instance'], "'none', 'isolate' or 'stop-instance'")
    .default('none')
    .meta({
      description:
        'What is done to an old holder that does not answer: `none`, `isolate` or `stop-instance`.',
    }),
  /** The security group that `isolate` swaps in. */
  quarantineGroup: securityGroup.optional(),
  /** The security groups that the nodes' interfaces have now: `release` gives these back after `isolate`. */
  nodeGroups: z.array(securityGroup).default([]),
  hostAddress: z.enum(['prebound', 'ssm'], "'prebound' or 'ssm'").default('prebound').meta({
    description: '`prebound`: both hosts carry the VIP already. `ssm`: it is bound and unbound at each move.',
  }),
  holderReplicationFault: z.enum(['failover', 'page'], "'failover' or 'page'").default('failover').meta({
    description:
      'When the holder’s own inbound replication fails the check: `failover`, as mysql_check does, or `page`.',
  }),
  replicationFilters: z.enum(['refuse', 'accept'], "'refuse' or 'accept'").default('refuse').meta({
    description:
      'When the channel of the standby leaves rows of clients out, or rewrites them: `refuse`: it cannot take over, because the new holder would lack them. `accept`: it can; the filter is as you want it, and what it leaves out is lost at a failover.',
  }),
  holderStopping: z.enum(['switchover', 'wait'], "'switchover' or 'wait'").default('switchover').meta({
    description:
      'When EC2 says that the instance of a holder that still serves is stopping: `switchover` away in time, or `wait`.',
  }),
  repair: z
    .array(z.enum(['mysqld', 'keepalived'], "'mysqld' or 'keepalived'"))
    .default([])
    .meta({
      description:
        'What is restarted through SSM on a lost node, once in an incident: `mysqld`, unless it answers on its own host, and `keepalived`.',
    }),
  rejoin: z.enum(['auto', 'ask']).default('auto').meta({
    description:
      '`auto`: after a failover the channel from the old holder is attached as soon as it is back and has nothing that the new holder lacks. `ask`: only a `reattach` by a person attaches it. One that has something of its own waits in any case.',
  }),
  hostWork: z.boolean().default(false).meta({
    description:
      'Whether people may order work on the hosts (`setup`, and what docs/hosts.md lists): gives the operate function, and no other, the right to run the documents for it, to move the VIP, and to write the pair’s credentials, also in mode `observe`.',
  }),
  writeProbe: z.boolean().default(true).meta({
    description:
      'Whether looks at the holder commit a heartbeat row (needs the table `keepalambda.heartbeat`).',
  }),
  events: z.enum(['leave', 'managed'], "'leave' or 'managed'").default('leave').meta({
    description:
      'Scheduled events: `managed`: the scheduler runs on the holder alone. `leave`: it is never touched.',
  }),
  ...replicaFields,
  ...maintenanceFields,
};

/** A pair as people write it: how it is judged is a preset, six settings, and single values (`settings.ts`). */
const pairFileSchema = z.strictObject({ ...pairFields, ...judgingFields });
/** A pair as the core reads it: how it is judged is every single value. */
const pairSchema = z.strictObject({ ...pairFields, settings: settingsSchema });

const subnetSchema = z.strictObject({
  subnetId: matching(/^subnet-[0-9a-f]{8,17}$/, 'a subnet id, such as subnet-0123456789abcdef0'),
  cidr: z.cidrv4('an IPv4 range, such as 10.0.1.0/24'),
  availabilityZone: z.string().min(1, 'an availability zone, such as eu-central-1a'),
});

const environmentFields = {
  /** Name of the environment, of its file and (after `keepalambda-`) of its stack: `prod`. */
  name: shortName,
  /** One line for `cdk ls` and the console. */
  description: z.string().default(''),
  /** The account to deploy to; the CLI's own when left out. */
  account: z
    .string('an account id of 12 digits, in quotes')
    .regex(/^\d{12}$/, 'an account id of 12 digits')
    .optional(),
  /** The region of the pair. */
  region: matching(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region, such as eu-central-1'),
  vpcId: matching(/^vpc-[0-9a-f]{8,17}$/, 'a VPC id, such as vpc-0123456789abcdef0'),
  /** The subnets that nodes and probes are in, by a name of your own. */
  subnets: z.record(shortName, subnetSchema, 'an object with a name and a subnet each'),
  /** Where probe functions look from: one to three names of `subnets`. */
  vantages: z
    .array(shortName, 'one to three vantages, as a list')
    .min(1, 'one to three vantages')
    .max(3, 'one to three vantages'),
  /** The security groups of the probe functions; the nodes must admit them on the MySQL port. */
  probeSecurityGroups: z
    .array(securityGroup, 'a list of security groups')
    .min(1, 'at least one security group'),
  /**
   * Who gets the alerts: an e-mail address (it gets a link to confirm), a telephone number (`+491701234567`: one line by
   * SMS), or an https URL such as PagerDuty or Opsgenie give (JSON, docs/alerts.md; keep such a URL secret). Left out only
   * where `topicArn` names a topic that has subscriptions of its own.
   */
  subscribers: z.array(subscriber, 'a list of subscribers').min(1, 'at least one subscriber').optional(),
  /** Where people read the runbook: alerts link to its articles. */
  runbookUrl: z
    .url('the address of a page, such as https://wiki.example.com/keepalambda')
    .default(runbookUrl),
  ...accountFields,
};

const environmentSchema = z.strictObject({
  ...environmentFields,
  pairs: z.array(pairFileSchema, 'a list of pairs').min(1, 'at least one pair'),
});
const configSchema = z.strictObject({
  ...environmentFields,
  pairs: z.array(pairSchema).min(1, 'at least one pair'),
});

/** What an environment file holds. */
export type EnvironmentInput = z.input<typeof environmentSchema>;
/** A checked environment, with every default filled in: what the functions read. */
export type Config = z.output<typeof configSchema>;
export type Pair = z.output<typeof pairSchema>;
export type Node = z.output<typeof nodeSchema>;
export type Subnet = z.output<typeof subnetSchema>;
export type { Settings } from './settings.ts';

export type Parsed<T> =
  | { readonly kind: 'valid'; readonly value: T }
  | { readonly kind: 'faulty'; readonly faults: readonly ConfigFault[] };

/** The choices of a pair that say what may be done: name, default, what it means. */
export function describeChoices(): readonly (readonly [key: string, fallback: unknown, text: string])[] {
  return Object.entries(pairFields).flatMap(([key, schema]) => {
    const text = schema.meta()?.description;
    return text === undefined ? [] : [[key, schema.parse(undefined), text] as const];
  });
}

/** Types an environment file; checks nothing (the app does, and lists every fault). */
export function defineEnvironment(environment: EnvironmentInput): EnvironmentInput {
  return environment;
}

/**
 * An environment file → Config, or all its faults: those of shape first, then those of sense in whatever of it is well
 * formed, so that one run lists everything. Never throws.
 */
export function parseConfig(raw: unknown): Parsed<Config> {
  const { rest, moved } = takeMoved(raw);
  const checked = check(environmentSchema, rest, (judged) => judged, moved);
  if (checked.kind === 'faulty') return checked;
  const { value } = checked;
  return { kind: 'valid', value: { ...value, pairs: value.pairs.map(resolved) } };
}

/** What `parseConfig` made, read back from JSON. Never throws. */
export function readConfig(raw: unknown): Parsed<Config> {
  return check(configSchema, raw, ({ pairs, ...rest }) =>
    // The settings are resolved: what people wrote of them was judged when they were.
    pairs === undefined ? rest : { ...rest, pairs: pairs.map((pair) => ({ ...pair, settings: undefined })) },
  );
}

/** Faults of shape, then those of rules in what `judgedOf` makes of whatever is well formed. `known` come first. */
function check<T extends object>(
  schema: z.ZodType<T>,
  raw: unknown,
  judgedOf: (loose: LooseEnvironment) => LooseEnvironment,
  known: readonly ConfigFault[] = [],
): Parsed<T> {
  if (raw === null || typeof raw !== 'object' || Array.isArray(raw) || raw instanceof Promise)
    return { kind: 'faulty', faults: [noObject(raw)] };
  const shaped = schema.safeParse(raw, { reportInput: true });
  const shape = shaped.success ? [] : faultsOf(shaped.error, raw, schema);
  const loose = (shaped.success ? shaped.data : withoutFaulty(raw, shaped.error)) as LooseEnvironment | null;
  // What is misshapen was taken out to judge the rest: that it is missing now is no fault of its own. Nothing at all has no rules.
  const rules = (loose ? ruleFaults(judgedOf(loose)) : []).filter(
    ({ path }) => !shape.some((fault) => fault.path === path),
  );
  const faults = [...known, ...shape, ...rules];
  if (!shaped.success || faults.length > 0) return { kind: 'faulty', faults };
  return { kind: 'valid', value: shaped.data };
}

/** It is not an object at all: one fault, instead of one for every setting that is missing in it. */
function noObject(raw: unknown): ConfigFault {
  const isToCome = raw instanceof Promise || typeof raw === 'function';
  const remedy = isToCome
    ? 'export the object itself: export default await …, or the function called'
    : 'see docs/settings.md';
  return { path: '', got: shown(raw), want: 'one object, the environment', remedy };
}

function resolved({ detection, settings, expert, ...pair }: z.output<typeof pairFileSchema>): Pair {
  return {
    ...pair,
    // A row that is committed is a change too.
    writeProbe: pair.writeProbe && pair.mode === 'act',
    settings: resolveSettings({ detection, settings, expert }),
  };
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
