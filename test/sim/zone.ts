/** Many pairs under one leader: a world for each, in one time, and ports that ask the world of the pair. */
import type { Config } from '../../lib/core/config/config.ts';
import type { Ports } from '../../lib/watch/ports/ports.ts';
import { runWatch } from '../../lib/watch/watch.ts';
import { Timeline } from '../../sim/time.ts';
import { configOf } from './drill.ts';
import { type Stage, setStage } from './stage.ts';

/** How often a vantage looks at all pairs. Milliseconds. */
const LOOK_EVERY_MS = 1000;

export interface Zone {
  readonly stages: readonly Stage[];
  readonly ports: Ports;
  readonly config: Config;
}

/** Each pair has its own servers and its own EC2; the table is one. */
export function openZone(count: number): Zone {
  const timeline = new Timeline();
  const stages = Array.from({ length: count }, (_, index) =>
    setStage({
      timeline,
      pair: { name: `pair-${index}`, hostAddress: 'prebound', fencing: 'none' },
    }),
  );
  const [first] = stages;
  if (first === undefined) throw new Error('a zone has a pair');
  const byPair = new Map(stages.map((stage) => [stage.pair.name, stage.one]));
  const portsOf = ({ name }: { readonly name: string }): Ports => byPair.get(name) ?? first.one;
  const config = { ...configOf(first), pairs: stages.map(({ pair }) => pair) };
  return {
    stages,
    config,
    ports: { ...first.one, vip: vipOf(portsOf), database: databaseOf(first, portsOf) },
  };
}

/** Starts a watch that leads for a day. */
export function watchOverZone({ config, ports }: Zone, alerts: Ports['alerts']): void {
  const deadlineMs = ports.clock.nowMs() + 86_400_000;
  void runWatch({ config, ports: { ...ports, alerts }, owner: 'watch-1', deadlineMs });
}

type PortsOf = (pair: { readonly name: string }) => Ports;

function vipOf(portsOf: PortsOf): Ports['vip'] {
  return {
    locate: (pairs) => together(pairs, (pair) => portsOf(pair).vip.locate([pair])),
    assign: (pair, ...rest) => portsOf(pair).vip.assign(pair, ...rest),
    isolate: (pair, ...rest) => portsOf(pair).vip.isolate(pair, ...rest),
    release: (pair, ...rest) => portsOf(pair).vip.release(pair, ...rest),
    stopInstance: (pair, ...rest) => portsOf(pair).vip.stopInstance(pair, ...rest),
  };
}

function databaseOf({ one }: Stage, portsOf: PortsOf): Ports['database'] {
  return {
    vantages: one.database.vantages,
    /** Nobody holds a look open here: all pairs are looked at once a second. */
    look: async (vantage, targets, signal) => {
      await one.clock.sleep(LOOK_EVERY_MS, signal);
      return together(targets, (target) =>
        portsOf(target.pair).database.look(vantage, [{ ...target, seen: null, order: { kind: 'now' } }]),
      );
    },
    close: (pair, ...rest) => portsOf(pair).database.close(pair, ...rest),
    open: (pair, ...rest) => portsOf(pair).database.open(pair, ...rest),
    catchUp: (pair, ...rest) => portsOf(pair).database.catchUp(pair, ...rest),
    reconnect: (pair, ...rest) => portsOf(pair).database.reconnect(pair, ...rest),
    detach: (pair, ...rest) => portsOf(pair).database.detach(pair, ...rest),
    attach: (pair, ...rest) => portsOf(pair).database.attach(pair, ...rest),
    replicate: (pair, ...rest) => portsOf(pair).database.replicate(pair, ...rest),
    replica: (pair, ...rest) => portsOf(pair).database.replica(pair, ...rest),
    feeds: (pair, ...rest) => portsOf(pair).database.feeds(pair, ...rest),
    repoint: (pair, ...rest) => portsOf(pair).database.repoint(pair, ...rest),
    inspect: (pair, ...rest) => portsOf(pair).database.inspect(pair, ...rest),
    examine: (pair, ...rest) => portsOf(pair).database.examine(pair, ...rest),
    verify: (pair, ...rest) => portsOf(pair).database.verify(pair, ...rest),
  };
}

/** Asks for each, side by side, and gives back all answers. */
async function together<Item, Answer>(
  items: readonly Item[],
  ask: (item: Item) => Promise<ReadonlyMap<string, Answer>>,
): Promise<ReadonlyMap<string, Answer>> {
  const answers = await Promise.all(items.map(ask));
  return new Map(answers.flatMap((answer) => [...answer]));
}
