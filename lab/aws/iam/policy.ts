/** How IAM decides on one call, from the statements of the caller's policies. Pure. */
import { type Conditions, type Context, expectKnown, holds } from './conditions.ts';
import { like, likeArn } from './wildcards.ts';

/** A statement as it stands in a policy, with all its references resolved. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: Conditions;
}

/** One thing that a call needs a permission for. A call may need several: a document, and each instance. */
export interface Need {
  /** Such as `ec2:AssignPrivateIpAddresses`. */
  readonly action: string;
  /** An ARN; `*` for an action that takes no resource. */
  readonly resource: string;
  /** The values of condition keys, by name in lower case. */
  readonly context: Context;
}

export type Decision =
  | { readonly kind: 'allow' }
  /** No statement allows it. */
  | { readonly kind: 'implicit-deny' }
  /** A statement denies it: no other can allow it again. */
  | { readonly kind: 'explicit-deny'; readonly sid: string | null };

/** Whether the policies allow it. A denial wins over every permission; what nobody allows is denied. */
export function decide(statements: readonly Statement[], need: Need): Decision {
  const matching = statements.filter((statement) => matches(statement, need));
  const denial = matching.find(({ Effect }) => Effect === 'Deny');
  if (denial) return { kind: 'explicit-deny', sid: denial.Sid ?? null };
  return { kind: matching.length > 0 ? 'allow' : 'implicit-deny' };
}

/** Throws unless the lab can judge every part of the statement: better at its start than in the middle of a call. */
export function expectReadable({ Condition = {}, Resource = [], NotResource = [] }: Statement): void {
  expectKnown(Condition);
  for (const pattern of [Resource, NotResource].flat()) expectWithoutVariables(pattern);
}

function matches(statement: Statement, need: Need): boolean {
  return (
    takesAction(statement, need) &&
    takesResource(statement, need) &&
    holds(statement.Condition ?? {}, need.context)
  );
}

/** Actions are compared without regard to case, as IAM does. */
function takesAction({ Action, NotAction }: Statement, { action }: Need): boolean {
  const among = (patterns: string | readonly string[]) =>
    [patterns].flat().some((pattern) => like(pattern.toLowerCase(), action.toLowerCase()));
  return Action === undefined ? !among(NotAction ?? []) : among(Action);
}

function takesResource({ Resource, NotResource }: Statement, { resource }: Need): boolean {
  const among = (patterns: string | readonly string[]) =>
    [patterns].flat().some((pattern) => likeArn(pattern, resource));
  return Resource === undefined ? !among(NotResource ?? []) : among(Resource);
}

/** A `${variable}` would match nothing here, and something in AWS. */
function expectWithoutVariables(pattern: string): void {
  if (!pattern.includes('${')) return;
  throw new Error(
    `a policy has the resource ${pattern}; want one without variables: teach lab/aws/iam/policy.ts to fill them in`,
  );
}
