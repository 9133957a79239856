/** The conditions of a policy's statement: operators, their suffixes, and sets of values. Pure. */
import { like, likeArn } from './wildcards.ts';

/** By operator, by condition key: the values, any one of which must match. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, Scalar | readonly Scalar[]>>>>;
type Scalar = string | number | boolean;

/** What is known of a call, by condition key in lower case. A key that is not there was not in the request. */
export type Context = Readonly<Record<string, string | readonly string[]>>;

type Compare = (want: string, got: string) => boolean;

interface Operator {
  readonly compare: Compare;
  /** `StringNotEquals` and the like: none of the values may match, and a key that is missing is fine. */
  readonly negated: boolean;
}

const equal: Compare = (want, got) => want === got;
const equalIgnoringCase: Compare = (want, got) => want.toLowerCase() === got.toLowerCase();
const number = (compare: (want: number, got: number) => boolean): Compare => {
  return (want, got) => compare(Number(want), Number(got));
};

const is = (compare: Compare): Operator => ({ compare, negated: false });
const isNot = (compare: Compare): Operator => ({ compare, negated: true });

const operators: Readonly<Record<string, Operator>> = {
  StringEquals: is(equal),
  StringNotEquals: isNot(equal),
  StringEqualsIgnoreCase: is(equalIgnoringCase),
  StringNotEqualsIgnoreCase: isNot(equalIgnoringCase),
  StringLike: is(like),
  StringNotLike: isNot(like),
  ArnEquals: is(likeArn),
  ArnNotEquals: isNot(likeArn),
  ArnLike: is(likeArn),
  ArnNotLike: isNot(likeArn),
  Bool: is(equalIgnoringCase),
  NumericEquals: is(number((want, got) => got === want)),
  NumericNotEquals: isNot(number((want, got) => got === want)),
  NumericLessThan: is(number((want, got) => got < want)),
  NumericLessThanEquals: is(number((want, got) => got <= want)),
  NumericGreaterThan: is(number((want, got) => got > want)),
  NumericGreaterThanEquals: is(number((want, got) => got >= want)),
};

/** Whether every condition holds. Throws for an operator that the lab does not have. */
export function holds(conditions: Conditions, context: Context): boolean {
  return Object.entries(conditions).every(([operator, byKey]) =>
    Object.entries(byKey).every(([key, values]) =>
      holdsOne(operator, [values].flat().map(String), context[key.toLowerCase()]),
    ),
  );
}

/** Throws for an operator that the lab does not have: a guess could allow too much. */
export function expectKnown(conditions: Conditions): void {
  for (const word of Object.keys(conditions)) partsOf(word);
}

function holdsOne(word: string, wants: readonly string[], found: Context[string] | undefined): boolean {
  const gots = found === undefined ? undefined : [found].flat();
  const { set, operator, ifExists } = partsOf(word);
  if (operator === 'Null') return wants.some((want) => (want === 'true') === (gots === undefined));
  const { compare, negated } = operator;
  const fits = (got: string) => wants.some((want) => compare(want, got)) !== negated;
  // An empty set has no value that does not fit, and none that does.
  if (set === 'ForAllValues') return (gots ?? []).every(fits);
  if (set === 'ForAnyValue') return (gots ?? []).some(fits);
  if (gots === undefined) return negated || ifExists;
  return gots.length > 0 && (negated ? gots.every(fits) : gots.some(fits));
}

interface Parts {
  readonly set: string | undefined;
  readonly operator: Operator | 'Null';
  readonly ifExists: boolean;
}

/** `ForAllValues:StringLikeIfExists` → its three parts. */
function partsOf(word: string): Parts {
  const [, set, name = '', ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(word) ?? [];
  const operator = name === 'Null' ? name : operators[name];
  if (!operator) throw unknownOperator(word);
  return { set, operator, ifExists: ifExists !== undefined };
}

function unknownOperator(word: string): Error {
  const known = Object.keys(operators).join(', ');
  return new Error(
    `a policy has the condition operator ${word}; want one of ${known} or Null: add it to lab/aws/iam/conditions.ts`,
  );
}
