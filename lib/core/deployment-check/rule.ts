/** One rule of `check`: a condition that the account must fulfil, and what follows where it does not. */
import type { Finding, Severity } from '../alert/finding.ts';
import type { Config, Node, Pair } from '../config/config.ts';
import type { Answers } from './answers.ts';

/** What differs in one place; the rule adds its name, its severity and its reason. */
export type Difference = Pick<Finding, 'subject' | 'got' | 'want' | 'fix'>;

/** An environment, and its file as its fixes name it: `environments/prod.mts`. */
export interface Environment extends Config {
  readonly file: string;
}

export interface Rule {
  readonly id: string;
  readonly severity: Severity;
  /** What happens where it is not fixed. */
  readonly why: string;
  /** Every place that differs; none where AWS did not answer. */
  readonly differences: (config: Environment, answers: Answers) => readonly Difference[];
}

export interface Member {
  readonly pair: Pair;
  readonly node: Node;
}

/** Every node of every pair. */
export function membersOf(config: Config): readonly Member[] {
  return config.pairs.flatMap((pair) => pair.nodes.map((node) => ({ pair, node })));
}

/** `orders/db1`: the node with its pair. */
export function subjectOf({ pair, node }: Member): string {
  return `${pair.name}/${node.name}`;
}

/** A command of the AWS CLI in the region of the environment. */
export function awsCommand(config: Config, words: string): string {
  const [service = '', operation = '', ...rest] = words.split(' ');
  return ['aws', service, operation, '--region', config.region, ...rest].join(' ');
}

/** Each value once, in the order of the first. */
export function uniqueOf<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)];
}
