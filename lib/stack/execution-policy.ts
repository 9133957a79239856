/**
 * The policy with which CloudFormation can deploy one environment, in place of the AdministratorAccess that `cdk bootstrap`
 * gives it: what the types of resources in its template take, and no more.
 */
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { Config } from '../core/config/config.ts';
import { type Arn, type Condition, type Work, works } from './deployment-works.ts';
import { prefixOf } from './names.ts';

/** A statement as it stands in the policy. */
interface Allowed {
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Condition;
}

export interface ExecutionPolicy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Allowed[];
}

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string }>>;
}

/** CloudFormation cuts the name of a stack to about this, where it makes the name of a resource of it. */
const KEPT_OF_STACK_NAME = 24;

/** The template names the version of `cdk bootstrap` that it needs. */
const bootstrapVersion: Work = {
  actions: 'ssm:GetParameters',
  on: (arn) => [arn('ssm', 'parameter/cdk-bootstrap/*')],
};

/** Throws for a type of resource that `deployment-works.ts` does not have. */
export function executionPolicy(template: Template, config: Config): ExecutionPolicy {
  const types = [...new Set(Object.values(template.Resources).map(({ Type }) => Type))].toSorted();
  const all = types.flatMap((type) => {
    const known = works[type];
    if (known) return known;
    throw new Error(`got a ${type} in the template; want its works in lib/stack/deployment-works.ts`);
  });
  return { Version: '2012-10-17', Statement: merged([bootstrapVersion, ...all], config) };
}

/** One statement for all works on the same resources: a policy has little room. */
function merged(all: readonly Work[], config: Config): readonly Allowed[] {
  const arn = arnsOf(config);
  const byPlace = new Map<string, { readonly place: Omit<Allowed, 'Action'>; readonly actions: string[] }>();
  for (const { actions, on, condition } of all) {
    const Condition = condition?.(config);
    const place = { Effect: 'Allow', Resource: on(arn), ...(Condition ? { Condition } : {}) } as const;
    const key = JSON.stringify(place);
    const same = byPlace.get(key) ?? { place, actions: [] };
    same.actions.push(...namesOf(actions));
    byPlace.set(key, same);
  }
  return [...byPlace.values()].map(({ place, actions }) => ({
    ...place,
    Action: [...new Set(actions)].toSorted(),
  }));
}

/** `sns:CreateTopic DeleteTopic`: both of `sns`. */
function namesOf(actions: string): readonly string[] {
  const [service = '', names = ''] = actions.split(':');
  return names.split(' ').map((name) => `${service}:${name}`);
}

/** In the account of the environment, or in any: the role that gets the policy is in one. */
function arnsOf({ name, region, account = '*' }: Config): Arn {
  const partition = RegionInfo.get(region).partition ?? 'aws';
  const own = prefixOf(name);
  return (service, resource, where = 'regional') => {
    const named = resource.replaceAll('NAME', own).replaceAll('STACK', own.slice(0, KEPT_OF_STACK_NAME));
    // The ARN of a bucket names no region and no account.
    if (service === 's3') return `arn:${partition}:s3:::${named}`;
    return `arn:${partition}:${service}:${where === 'global' ? '' : region}:${account}:${named}`;
  };
}
