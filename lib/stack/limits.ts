/** What AWS refuses in a template by its size: the limits, what a template has of each, and the way out. */
import type { ConfigFault } from '../core/fault.ts';

interface Limit {
  readonly most: number;
  readonly unit: string;
  /** Which service sets it. */
  readonly because: string;
}

export const limits = {
  inlinePolicies: {
    most: 10_240,
    unit: 'characters of inline policies in a role',
    because: 'IAM counts all of a role together, without white space',
  },
  managedPolicy: {
    most: 6144,
    unit: 'characters in a managed policy',
    because: 'IAM counts them without white space',
  },
  managedPolicies: {
    most: 10,
    unit: 'managed policies attached to a role',
    because: 'it is the default quota of IAM',
  },
  eventPattern: {
    most: 2048,
    unit: 'characters in the pattern of a rule',
    because: 'it is the quota of EventBridge',
  },
  widgetAlarms: { most: 100, unit: 'alarms in a widget', because: 'CloudWatch shows no more' },
  widgets: { most: 500, unit: 'widgets on the dashboard', because: 'CloudWatch takes no more' },
  variables: {
    most: 4096,
    unit: 'bytes of environment variables of a function',
    because: 'it is the quota of Lambda',
  },
  resources: { most: 500, unit: 'resources in the stack', because: 'it is the quota of CloudFormation' },
  template: {
    most: 1_000_000,
    unit: 'bytes of template',
    because: 'it is the quota of CloudFormation',
  },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof limits;

/** One thing that has a limit. */
export interface Measured {
  readonly limit: LimitName;
  /** Its logical id, or the stack. */
  readonly of: string;
  readonly size: number;
}

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}
export interface SizedTemplate {
  readonly Resources: Readonly<Record<string, Resource>>;
}

/** Everything in the template that AWS limits, at its length after the deployment. */
export function measure(template: SizedTemplate): readonly Measured[] {
  const resources = Object.entries(template.Resources);
  return [
    { limit: 'resources', of: 'the stack', size: resources.length },
    { limit: 'template', of: 'the stack', size: Buffer.byteLength(JSON.stringify(template)) },
    ...resources.flatMap(([id, { Type, Properties = {} }]) =>
      sizesOf(Type, Properties).map(([limit, size]) => ({ limit, of: id, size })),
    ),
  ];
}

/** What AWS would refuse, each limit once, at its worst. */
export function limitFaults(template: SizedTemplate, pairs: number): readonly ConfigFault[] {
  const above = measure(template).filter(({ limit, size }) => size > limits[limit].most);
  const worst = new Map<LimitName, Measured>();
  for (const each of above) if (each.size > (worst.get(each.limit)?.size ?? 0)) worst.set(each.limit, each);
  return [...worst.values()].map(({ limit, of, size }) => ({
    path: 'pairs',
    got: `${pairs} pairs, which make ${size} ${limits[limit].unit} (${of})`,
    want: `at most ${limits[limit].most}: ${limits[limit].because}`,
    remedy: 'move some of the pairs into a second environment, a file of its own in environments/',
  }));
}

/** The characters of a policy as IAM counts them. */
export function policySize(document: unknown): number {
  return JSON.stringify(deployed(document)).replace(/\s/g, '').length;
}

function sizesOf(type: string, properties: Readonly<Record<string, unknown>>): [LimitName, number][] {
  switch (type) {
    case 'AWS::IAM::Role': {
      const { Policies = [], ManagedPolicyArns = [] } = properties as {
        readonly Policies?: readonly { readonly PolicyDocument: unknown }[];
        readonly ManagedPolicyArns?: readonly unknown[];
      };
      const inline = Policies.reduce((sum, each) => sum + policySize(each.PolicyDocument), 0);
      return [
        ['inlinePolicies', inline],
        ['managedPolicies', ManagedPolicyArns.length],
      ];
    }
    case 'AWS::IAM::ManagedPolicy':
      return [['managedPolicy', policySize(properties.PolicyDocument)]];
    case 'AWS::Events::Rule':
      return [['eventPattern', JSON.stringify(deployed(properties.EventPattern)).length]];
    case 'AWS::Lambda::Function': {
      const { Variables = {} } = (properties.Environment ?? {}) as { readonly Variables?: object };
      return [['variables', Buffer.byteLength(JSON.stringify(deployed(Variables)))]];
    }
    case 'AWS::CloudWatch::Dashboard':
      return dashboardSizes(properties.DashboardBody);
    default:
      return [];
  }
}

function dashboardSizes(body: unknown): [LimitName, number][] {
  const { widgets } = JSON.parse(String(deployed(body))) as {
    readonly widgets: readonly { readonly properties: { readonly alarms?: readonly unknown[] } }[];
  };
  return [
    ['widgets', widgets.length],
    ...widgets.map(({ properties }): [LimitName, number] => ['widgetAlarms', properties.alarms?.length ?? 0]),
  ];
}

/** What CloudFormation knows by itself, at its longest. */
const pseudo: Readonly<Record<string, string>> = {
  'AWS::AccountId': '123456789012',
  'AWS::Partition': 'aws-us-gov',
  'AWS::Region': 'ap-southeast-1',
  'AWS::URLSuffix': 'amazonaws.com.cn',
};

/** In place of a name or ARN that is only known at the deployment: longer than any of ours. */
const reference = 'x'.repeat(170);

/** The value with something in place of each reference that is at least as long. */
function deployed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(deployed);
  if (value === null || typeof value !== 'object') return value;
  const [first, ...others] = Object.entries(value as Readonly<Record<string, unknown>>);
  if (first && others.length === 0) {
    const [name, argument] = first;
    if (name === 'Ref') return pseudo[String(argument)] ?? reference;
    if (name === 'Fn::Join') {
      const [separator, parts] = argument as readonly [string, readonly unknown[]];
      return parts.map(deployed).join(separator);
    }
    if (name.startsWith('Fn::')) return reference;
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, deployed(each)]));
}
