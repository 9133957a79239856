/** The rights that our account has, compared with those that it needs. */
import type { Pair } from '../config/config.ts';
import { eventRights, type GrantServer, heartbeatRights, type Need, rights } from '../operator/rights.ts';
import type { ServerFacts } from './facts.ts';
import { seriesOf } from './rule.ts';

/** One right on one thing: `PROCESS` on `*.*`. */
interface Right {
  readonly right: string;
  readonly on: string;
}

/** What it lacks, as `GRANT` takes it. Nothing where rights come by a role: what a role brings is not in the list. */
export function missingRights(facts: ServerFacts): Readonly<Record<Need, readonly string[]>> {
  const held = heldBy(facts);
  if (held === null) return { failover: [], reports: [] };
  const missing = (need: Need) =>
    rights[serverOf(facts)]
      .filter(([, , needed]) => needed === need)
      .flatMap(([list, on]) => each(list, on))
      .filter((right) => !covers(held, right))
      .map(render);
  return { failover: missing('failover'), reports: missing('reports') };
}

/** What it has and does not need, as `REVOKE` takes it. */
export function surplusRights(facts: ServerFacts, events: Pair['events']): readonly string[] {
  const server = serverOf(facts);
  const needed = [
    ...rights[server].flatMap(([list, on]) => each(list, on)),
    ...each(...heartbeatRights),
    ...(events === 'managed' ? each(eventRights[server], '*.*') : []),
  ];
  return (heldBy(facts) ?? [])
    .filter(({ right, on }) => !needed.some((one) => one.right === right && one.on === on))
    .filter(({ right }) => right !== 'USAGE')
    .map(render);
}

/** Null where they are not known. */
function heldBy({ grants }: ServerFacts): readonly Right[] | null {
  if (grants === null) return null;
  const parsed = grants.map((line) => /^GRANT (.+?) ON (\S+) TO (.*)$/s.exec(line));
  if (parsed.some((match) => match === null)) return null;
  return parsed.flatMap((match) => {
    const [, list = '', on = '', end = ''] = match ?? [];
    const also = end.includes('WITH GRANT OPTION') ? ', GRANT OPTION' : '';
    return each(`${list}${also}`, on.replaceAll('`', ''));
  });
}

function each(list: string, on: string): readonly Right[] {
  return list.split(',').map((right) => ({ right: right.trim().toUpperCase(), on }));
}

function covers(held: readonly Right[], { right, on }: Right): boolean {
  const places = [on, '*.*', on.replace(/\..*$/, '.*')];
  return held.some((one) => places.includes(one.on) && includes(one.right, right));
}

/** SUPER brings with it what later versions made rights of their own. */
function includes(held: string, wanted: string): boolean {
  if (held === wanted || /^ALL( PRIVILEGES)?$/.test(held)) return true;
  return held === 'SUPER' && /[_ ]ADMIN$/.test(wanted);
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
