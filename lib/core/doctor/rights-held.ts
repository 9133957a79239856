/** The rights that our account has, compared with those that it needs. */
import type { Pair } from '../config/config.ts';
import { covers, heldIn, type Right, rightsOf } from '../operator/held-rights.ts';
import { eventRights, type GrantServer, heartbeatRights, type Need, rights } from '../operator/rights.ts';
import type { ServerFacts } from './facts.ts';
import { seriesOf } from './rule.ts';

/** What it lacks, as `GRANT` takes it. Nothing where rights come by a role: what a role brings is not in the list. */
export function missingRights(facts: ServerFacts): Readonly<Record<Need, readonly string[]>> {
  const held = heldBy(facts);
  if (held === null) return { failover: [], reports: [] };
  const missing = (need: Need) =>
    rights[serverOf(facts)]
      .filter(([, , needed]) => needed === need)
      .flatMap(([list, on]) => rightsOf(list, on))
      .filter((right) => !covers(held, right))
      .map(render);
  return { failover: missing('failover'), reports: missing('reports') };
}

/** What it has and does not need, as `REVOKE` takes it. */
export function surplusRights(facts: ServerFacts, events: Pair['events']): readonly string[] {
  const server = serverOf(facts);
  const needed = [
    ...rights[server].flatMap(([list, on]) => rightsOf(list, on)),
    ...rightsOf(...heartbeatRights),
    ...(events === 'managed' ? rightsOf(eventRights[server], '*.*') : []),
  ];
  return (heldBy(facts) ?? [])
    .filter(({ right, on }) => !needed.some((one) => one.right === right && one.on === on))
    .filter(({ right }) => right !== 'USAGE')
    .map(render);
}

/** Null where they are not known. */
function heldBy({ grants }: ServerFacts): readonly Right[] | null {
  return grants === null ? null : heldIn(grants);
}

function render({ right, on }: Right): string {
  return `${right} ON ${on}`;
}

function serverOf(facts: ServerFacts): GrantServer {
  if (facts.flavor === 'mariadb') return 'mariadb';
  const [major, minor] = seriesOf(facts);
  if (major >= 8) return 'mysql-8';
  return minor >= 7 ? 'mysql-5.7' : 'mysql-5.6';
}
