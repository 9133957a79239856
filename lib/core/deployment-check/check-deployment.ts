/**
 * An environment beside what AWS says of its account → findings. Pure: the same answers give the same findings.
 *
 * @example renderFindings(checkDeployment(config, answers))
 */
import { byDanger, type Finding } from '../alert/finding.ts';
import type { Answers } from './answers.ts';
import type { Environment, Rule } from './rule.ts';
import { accountRules, wrongAccount } from './rules-account.ts';
import { hostRules } from './rules-hosts.ts';
import { networkRules } from './rules-network.ts';
import { nodeRules } from './rules-nodes.ts';
import { pathRules } from './rules-path.ts';
import { roomRules } from './rules-room.ts';
import { examined, serverRules } from './rules-servers.ts';
import { stackRules } from './rules-stack.ts';

/** Every rule. Those of one severity stay in this order: what breaks the most comes first. */
export const deploymentRules: readonly Rule[] = [
  wrongAccount,
  ...nodeRules,
  ...roomRules,
  ...networkRules,
  ...pathRules,
  ...hostRules,
  ...serverRules,
  ...stackRules,
  ...accountRules,
];

/** Every finding, the most dangerous first. In another account nothing else can be judged. */
export function checkDeployment(config: Environment, answers: Answers): readonly Finding[] {
  const wrong = findingsOf(wrongAccount, config, answers);
  if (wrong.length > 0) return wrong;
  const own = deploymentRules.flatMap((rule) => findingsOf(rule, config, answers));
  return byDanger([...own, ...examined(answers)]);
}

function findingsOf(
  { id, severity, why, differences }: Rule,
  config: Environment,
  answers: Answers,
): Finding[] {
  return differences(config, answers).map((difference) => ({ id, severity, why, ...difference }));
}
