/** What AWS answered to `check`: plain data, of which nothing is judged yet. */
import type { Finding } from '../alert/finding.ts';
import type { Refusal } from '../fault.ts';

/** Null: this call was refused, and `unread` says why. */
export type Answer<T> = T | null;

export interface Answers {
  /** The account of the operator's credentials; null where no answer shows it. */
  readonly account: string | null;
  /** The region that the operator's shell or profile is set to. */
  readonly shellRegion: string | null;
  /** The configured ENIs, and every ENI that has a VIP as one of its addresses. */
  readonly interfaces: Answer<readonly InterfaceAnswer[]>;
  readonly instances: Answer<readonly InstanceAnswer[]>;
  /** How many addresses an interface of each instance type takes. A type that is missing is not known. */
  readonly addressLimits: Answer<ReadonlyMap<string, number>>;
  readonly subnets: Answer<readonly SubnetAnswer[]>;
  /** The ranges that are reserved for addresses given by hand (`explicit`), by the id of the subnet. */
  readonly reservations: Answer<ReadonlyMap<string, readonly string[]>>;
  /** The groups of the probes and of the nodes' ENIs. */
  readonly groups: Answer<readonly GroupAnswer[]>;
  /** By name. A name that is missing could not be read. */
  readonly parameters: ReadonlyMap<string, ParameterAnswer>;
  /** Null: there is none in this region. */
  readonly bootstrapVersion: Answer<{ readonly version: number | null }>;
  /** What SSM knows of the agents of the nodes, by instance. */
  readonly agents: Answer<ReadonlyMap<string, string>>;
  readonly concurrency: Answer<ConcurrencyAnswer>;
  /** What is deployed of this environment; `no` before the first deployment. */
  readonly deployed: Answer<'no' | { readonly topicArn: string }>;
  /** The published versions of the functions that have any, oldest first. */
  readonly versions: Answer<readonly VersionsAnswer[]>;
  /** What AWS would refuse of the stack by its size. */
  readonly overLimits: readonly Refusal[];
  /** What `doctor` says of each pair, by name; none before the deployment. */
  readonly examinations: ReadonlyMap<string, ExaminationAnswer>;
  /** Of the topic, where there is one. */
  readonly subscriptions: Answer<readonly SubscriptionAnswer[]>;
  /** Calls that AWS refused. */
  readonly unread: readonly { readonly call: string; readonly because: string }[];
}

export interface InterfaceAnswer {
  readonly id: string;
  readonly subnetId: string;
  /** Null: it is attached to nothing. */
  readonly attachment: { readonly instanceId: string; readonly deviceIndex: number } | null;
  readonly primaryAddress: string;
  readonly secondaryAddresses: readonly string[];
  /** Ranges that are delegated to it: each takes the place of an address. */
  readonly prefixes: readonly string[];
  readonly groups: readonly string[];
}

export interface InstanceAnswer {
  readonly id: string;
  /** Such as `m7g.large`. */
  readonly type: string;
  /** `running`, `stopped`, … */
  readonly state: string;
}

export interface SubnetAnswer {
  readonly id: string;
  readonly vpcId: string;
  readonly cidr: string;
  readonly availabilityZone: string;
  readonly freeAddresses: number;
}

export interface GroupAnswer {
  readonly id: string;
  readonly inbound: readonly GroupRule[];
  readonly outbound: readonly GroupRule[];
}

export interface GroupRule {
  /** `tcp`, or `-1` for all; a number for others. */
  readonly protocol: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly groups: readonly string[];
  readonly ranges: readonly string[];
  /** Their ranges are not read, so they may admit anything. */
  readonly prefixLists: readonly string[];
}

export type ParameterAnswer =
  | { readonly kind: 'missing' }
  /** `fault`: why what it holds is of no use; null where it is right. It never quotes the parameter. */
  | { readonly kind: 'read'; readonly type: string; readonly fault: string | null };

export interface ConcurrencyAnswer {
  /** Of the account, for all functions of the region. */
  readonly limit: number;
  /** What of it no function has reserved. */
  readonly unreserved: number;
  /** What the functions of this environment have reserved now. */
  readonly reservedByOurs: number;
  /** What they reserve once they are deployed. */
  readonly neededByOurs: number;
}

export type ExaminationAnswer =
  | { readonly kind: 'examined'; readonly findings: readonly Finding[] }
  | { readonly kind: 'unanswered'; readonly because: string };

export interface VersionsAnswer {
  readonly functionName: string;
  readonly numbers: readonly number[];
}

export interface SubscriptionAnswer {
  readonly endpoint: string;
  readonly confirmed: boolean;
}
