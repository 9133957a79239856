/** What is left of setup when it is taken off again: nothing but the data. */
import { type Node, type Pair, peerOf } from '../config/config.ts';
import type { Goal } from '../hosts/host-work.ts';
import type { SetupFacts } from './facts.ts';
import { hostOf } from './goals.ts';
import { serverGoal } from './server-goal.ts';

/** Every goal of remove, as the facts show it. `channels`: replication ends too. */
export function removeGoals(pair: Pair, facts: SetupFacts, channels: boolean): readonly Goal[] {
  const servers = pair.nodes.map((node) => serverGoal(node, hostOf(facts, node), pair.port));
  if (servers.some(({ state }) => state !== 'met')) return servers;
  const each = (make: (node: Node) => Goal) => pair.nodes.map(make);
  const goal = (name: string, { name: node }: Node, does: string, isGone: boolean): Goal => ({
    name,
    node,
    does,
    state: isGone ? 'met' : 'open',
  });
  return [
    ...servers,
    ...(channels
      ? [
          ...each((node) =>
            goal(
              'no-channel',
              node,
              'Ends the channel from the other node. Its data stays.',
              !follows(pair, facts, node),
            ),
          ),
          ...each((node) =>
            goal(
              'no-replication-account',
              node,
              'Drops the account of replication.',
              hostOf(facts, node).replication.mark === '',
            ),
          ),
        ]
      : []),
    ...each((node) =>
      goal('no-vip-unit', node, 'Takes off what binds the VIP at boot.', !hostOf(facts, node).vipUnit),
    ),
    ...each((node) =>
      goal(
        'no-configuration-file',
        node,
        'Removes zz-keepalambda.cnf, which counts until the next restart.',
        hostOf(facts, node).configuration.length === 0,
      ),
    ),
    ...each((node) =>
      goal(
        'no-monitor-account',
        node,
        'Drops the account that keepalambda logs in with, and the schema of its heartbeat.',
        hostOf(facts, node).monitor.mark === '' && !hostOf(facts, node).schema,
      ),
    ),
  ];
}

function follows(pair: Pair, facts: SetupFacts, node: Node): boolean {
  return hostOf(facts, node).sources.includes(peerOf(pair, node.name).address);
}
