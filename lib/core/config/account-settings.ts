/** What an environment asks of its account: settings that change the stack and not what is decided. */
import { z } from 'zod';
import { matching, securityGroup, shortName } from './config-values.ts';

const logRetentions = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827] as const;

/** Tags that AWS puts on a resource at most, without ours. */
const TAGS_MAX = 49;

const topicArn = matching(
  /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+$/,
  'the ARN of a standard SNS topic',
).optional();

const keyArn = z
  .string()
  .regex(
    /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[a-zA-Z0-9-]+$/,
    'the ARN of a KMS key, such as arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  )
  .optional();

export const accountFields = {
  topicArn: topicArn.meta({
    description:
      'An existing topic for the alerts, in the same region, in place of one that the stack makes: then leave `subscribers` out, and subscribe people to it yourself. Its policy must let `cloudwatch.amazonaws.com` publish, and, where it is in another account, this account too (docs/security.md).',
  }),
  topicKeyArn: keyArn.meta({
    description:
      'The customer key that encrypts the topic of `topicArn`, if one does: publishing takes it. Its policy must let this account and `cloudwatch.amazonaws.com` use it (docs/security.md).',
  }),
  keepTable: z.boolean().default(true).meta({
    description: 'Whether `cdk destroy` keeps the table with the lease, the memory and the history.',
  }),
  logRetentionDays: z
    .union(
      logRetentions.map((days) => z.literal(days)),
      `one of ${logRetentions.join(', ')}`,
    )
    .default(90)
    .meta({
      description: `How long the logs of the functions are kept: ${logRetentions.join(', ')} days.`,
    }),
  size: z.enum(['normal', 'small'], "'normal' or 'small'").default('normal').meta({
    description:
      'The memory of the functions, which is also their share of a CPU: `normal`: 256 MB. `small`: 128 MB for up to ten pairs, which costs about half and makes a failover slower (docs/costs.md). A probe grows with its pairs in both.',
  }),
  spare: z.enum(['hot', 'cold'], "'hot' or 'cold'").default('hot').meta({
    description:
      '`hot`: a second watch is always there, and takes over within seconds from one that dies. `cold`: the next one is there only around the change of leaders, once a minute; a watch that dies outside it is replaced within a minute. It saves almost half of what watch costs.',
  }),
  metrics: z.enum(['environment', 'pair'], "'environment' or 'pair'").default('environment').meta({
    description:
      '`environment`: one series of each metric, and one alarm on unfit standbys. `pair`: holder, lag, fitness and outages of each pair, and an alarm for each: about $1 a month for each pair, and log beside it. Alerts name the pair in both.',
  }),
  dashboard: z.boolean().default(false).meta({
    description:
      'Whether there is a CloudWatch dashboard, which costs $3 a month. With `metrics: "pair"` it has a row for each pair.',
  }),
  tracing: z.boolean().default(false).meta({
    description:
      'Whether watch, operate and read send traces to X-Ray. It costs extra; the log has the same.',
  }),
  reservedConcurrency: z.boolean().default(true).meta({
    description:
      'Whether each function has concurrency of its own (watch 4, operate 4, read 2, each probe 3 and one for each pair), which no other function of the account can take. It comes out of the account’s pool, and AWS keeps 100 of that unreserved: turn it off only in an account whose limit is so low that AWS refuses the reservation, as a new account’s may be.',
  }),
  deadManTopicArn: topicArn.meta({
    description:
      'A topic of your own, in the same region, that gets the alarms `watch-dead`, `publish-failures`, `nobody-alerted` and `dead-letters` too: they say that the topic of the alerts may reach nobody. Its policy must let `cloudwatch.amazonaws.com` publish.',
  }),
  escalationTopicArn: topicArn.meta({
    description:
      'A second topic, in the same region, for an incident with a critical alert that nobody has acknowledged (`keepalambda acknowledge`) and that is not over after `escalationMinutes`: once, and again each hour (docs/alerts.md). By default there is none.',
  }),
  escalationMinutes: z
    .number('a number of minutes')
    .min(1, 'at least 1 minute')
    .max(1440, 'at most 1440 minutes')
    .default(15)
    .meta({
      description:
        'After how many minutes an incident goes to `escalationTopicArn`, from its first critical alert.',
    }),
  escalationKeyArn: keyArn.meta({
    description:
      'The customer key that encrypts the topic of `escalationTopicArn`, if one does (docs/security.md).',
  }),
  eventBus: z
    .string()
    .regex(
      /^([\w./-]{1,256}|arn:aws[a-z-]*:events:[a-z0-9-]+:\d{12}:event-bus\/[\w./-]{1,256})$/,
      "the name or the ARN of an event bus, 'default' or 'none'",
    )
    .default('default')
    .meta({
      description:
        'The EventBridge bus on which every alert is also an event (docs/alerts.md): `default`, the name of another bus of the account and region, or its ARN. `none` for no events.',
    }),
  insideVpc: z
    .strictObject({
      /** Names of `subnets`, with a road to AWS's APIs. */
      subnets: z.array(shortName).min(1, 'at least one name of subnets'),
      /** They must admit HTTPS to the endpoints; nothing needs to be let in. */
      securityGroups: z.array(securityGroup).min(1, 'at least one security group').max(5, 'at most five'),
    })
    .optional()
    .meta({
      description:
        'For an account in which every function must be in a VPC: `{ subnets, securityGroups }` for watch, operate and read. They then need a gateway endpoint for DynamoDB and interface endpoints for EC2, Lambda, SSM, SNS and EventBridge (and X-Ray with `tracing`), about $7.30 a month each in each zone, or a NAT. Left out, they run outside: no fault of the VPC can cut them off from AWS.',
    }),
  permissionsBoundary: z
    .string()
    .regex(
      /^arn:aws[a-z-]*:iam::(\d{12}|aws):policy\/[\w+=,.@/-]+$/,
      'the ARN of a managed policy, such as arn:aws:iam::111122223333:policy/boundary',
    )
    .optional()
    .meta({
      description: 'The permissions boundary of every role. It must allow what docs/security.md lists.',
    }),
  rolePath: z
    .string()
    .max(512, 'at most 512 characters')
    .regex(/^\/([\w+=,.@-]+\/)*$/, 'a path that begins and ends with a slash, such as /platform/')
    .default('/')
    .meta({ description: 'The path of every role and managed policy. Another path replaces them.' }),
  tags: z
    .record(
      z
        .string()
        .regex(/^(?!aws:)[\w .:/=+@-]{1,128}$/, 'a tag of at most 128 letters, digits and any of _.:/=+@-'),
      z.string().regex(/^[\w .:/=+@-]{0,256}$/, 'at most 256 letters, digits, spaces and any of _.:/=+@-'),
    )
    .refine((tags) => Object.keys(tags).length <= TAGS_MAX, `at most ${TAGS_MAX} tags`)
    .refine((tags) => !Object.hasOwn(tags, 'keepalambda'), 'tags other than keepalambda, which is ours')
    .default({})
    .meta({ description: 'Tags of every resource, beside `keepalambda`, which has the environment’s name.' }),
  codeSigningConfigArn: z
    .string()
    .regex(
      /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:code-signing-config:csc-[a-z0-9]{17}$/,
      'the ARN of a code signing configuration, such as arn:aws:lambda:eu-central-1:111122223333:code-signing-config:csc-0123456789abcdef0',
    )
    .optional()
    .meta({
      description:
        'The code signing configuration of every function, in the same region. By default there is none. One that enforces refuses archives that nobody has signed, so also those that `cdk deploy` uploads: take them from `keepalambda export`, sign them with AWS Signer, keep their names, and deploy its template. The archive of the configuration is a layer, and has to be signed too.',
    }),
  customerKey: z.boolean().default(false).meta({
    description:
      'Whether the environment’s own KMS key encrypts table, queue and environment variables too, as it does topic and logs. By default AWS’s keys do: who disables a customer key stops every failover. The key stays with a kept table.',
  }),
};

/** The settings of an environment: name, default, what it means. */
export function describeAccount(): readonly (readonly [key: string, fallback: unknown, text: string])[] {
  return Object.entries(accountFields).map(([key, schema]) => [
    key,
    schema.parse(undefined),
    schema.meta()?.description ?? '',
  ]);
}
