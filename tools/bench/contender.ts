/** What the benchmark compares: each contender looks after a pair, from its start to its end. */
import type { LatencyTerms } from '../../lab/aws/flags.ts';
import type { CpuChoice } from '../../lab/aws/lambda-cpu.ts';
import type { Network } from '../../lab/network/contract.ts';
import { createNetnsNetwork, type NetnsNetwork } from '../../lab/network/netns/network.ts';
import type { Weather } from '../../lab/network/netns/weather.ts';
import type { ServerSettings } from '../../lab/servers/options.ts';
import type { Story } from '../../lab/story.ts';
import { type LabWorld, openWorld } from '../../lab/world.ts';
import type { Bundles } from '../../lib/stack/bundle.ts';

/** What is the same for all contenders. */
export interface BenchTerms extends LatencyTerms {
  readonly server: string;
  /** What CPU functions get. */
  readonly cpu: CpuChoice;
  readonly serverSettings: ServerSettings;
  /** The code of the functions: made once for all runs. @default bundled from the sources */
  readonly bundles?: Bundles;
}

/** A pair that a contender looks after. */
export interface Arena {
  readonly world: LabWorld;
  /** Ends the contender and the pair. */
  close(): Promise<void>;
}

export interface Contender {
  readonly name: string;
  /** One line for the table's legend. */
  readonly about: string;
  /** Whether it is not keepalambda: it has no functions, and no planned move. */
  readonly isPeer: boolean;
  /** How often it looks: the moments of the faults are spread evenly over this time. Milliseconds. */
  readonly cycleMs: number;
  /** Starts servers, network and contender; resolves when all is steady and the VIP leads to db1. */
  start(terms: BenchTerms, story: Story): Promise<Arena>;
}

/** The servers, the network and AWS, on which nobody looks after the pair yet. */
export async function openArena(
  terms: BenchTerms,
  state: 'managed' | 'bare',
  weather?: Weather,
): Promise<{ readonly world: LabWorld; readonly network: NetnsNetwork }> {
  let network: NetnsNetwork | null = null;
  const world = await openWorld({
    ...terms,
    port: 3306,
    changes: {},
    state,
    makeNetwork: async (options): Promise<Network> => {
      network = await createNetnsNetwork({ ...options, ...(weather ? { weather } : {}) });
      return network;
    },
  });
  if (network === null) throw new Error('the world was opened without its network');
  return { world, network };
}
