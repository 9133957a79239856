/** What a case of `check.test.ts` changes of an account where all is right, and of its environment. */
import type { GroupRuleSpec } from '../../lab/aws/ec2-world.ts';
import type { AwsOptions, CallFault, EniSpec } from '../../lab/aws/start.ts';
import type { Finding } from '../../lib/core/alert/finding.ts';
import type { Config } from '../../lib/core/config/config.ts';
import { configWith, right } from './check-world.ts';

export interface Case {
  readonly aws?: AwsOptions;
  readonly config?: Config;
  readonly shellRegion?: string | null;
  /** A call that AWS refuses. */
  readonly denied?: CallFault['on'];
}

/** What is wrong, the rule that finds it, how it is provoked, and parts of what is found. */
export type FindingCase = readonly [what: string, id: string, Case, Partial<Record<keyof Finding, unknown>>];

export const [first, second] = right.enis as unknown as readonly [EniSpec, EniSpec];
/** The interface of db1, changed. */
export const enis = (change: Partial<EniSpec>): AwsOptions => ({ enis: [{ ...first, ...change }, second] });
export const subnets = (change: object): AwsOptions => ({ subnets: [{ ...right.subnets[0], ...change }] });
export const inbound = (...rules: GroupRuleSpec[]): AwsOptions => ({
  groups: [right.groups[0], { ...right.groups[1], inbound: rules }],
});
export const outbound = (...rules: GroupRuleSpec[]): AwsOptions => ({
  groups: [{ ...right.groups[0], outbound: rules }, right.groups[1]],
});
export const account = (value: string, type?: 'String'): AwsOptions => ({
  parameters: [right.parameters[0], { ...right.parameters[1], value, ...(type ? { type } : {}) }],
});
export const unreachable: AwsOptions = { hostOf: () => ({ reachable: false, environment: {} }) };
export const withAuthority = configWith({}, { tls: 'verify-ca', tlsAuthority: '/keepalambda/authority' });

/** As many groups of nodes as no policy has room for. */
export const overfull = configWith(
  {},
  {
    fencing: 'isolate',
    quarantineGroup: 'sg-0000000000000000f',
    nodeGroups: Array.from({ length: 90 }, (_, index) => `sg-${String(index).padStart(17, '0')}`),
  },
);
/** The function that reads, with another answer. */
export const reading = (change: object): AwsOptions => ({
  functions: right.functions.map((each) => (each.name.endsWith('read') ? { ...each, ...change } : each)),
});
export const answering = (REPLY: string) => reading({ environment: { REPLY } });
/** watch after so many updates; its first version is gone. */
export const versioned = (count: number) =>
  right.functions.map((each) => ({
    ...each,
    versions: each.name.endsWith('watch')
      ? Array.from({ length: count }, (_, index) => `${index + 2}`)
      : ['1'],
  }));
