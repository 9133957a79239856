/** The environments that histories run in: every setting that changes what the core decides, drawn by chance. */
import { type Config, type EnvironmentInput, type Pair, parseConfig } from '../lib/core/config/config.ts';
import type { Detection } from '../lib/core/config/settings.ts';
import { renderFault } from '../lib/core/fault.ts';
import type { Random } from './random.ts';
import type { WorldProps } from './world/world.ts';

export const pairName = 'orders';
export const nodeNames = ['db1', 'db2'] as const;
/** A host of the same account that is no node of the pair. */
export const strangerName = 'db9';

/** What differs between environments. */
interface Variant {
  readonly detection: Detection;
  readonly vantages: 1 | 2 | 3;
  readonly fencing: Pair['fencing'];
  readonly hostAddress: Pair['hostAddress'];
  readonly writability: Pair['writability'];
  readonly holderReplicationFault: Pair['holderReplicationFault'];
  readonly holderStopping: Pair['holderStopping'];
  readonly repair: Pair['repair'];
  readonly prefer: 'db1' | null;
  readonly lagLimitSeconds: number;
  readonly catchUpLimitMs: number;
}

/** The same variant gives the same object: parsing is dear, and environments repeat. */
const parsed = new Map<string, Config>();

/** An environment with one pair, drawn by chance; defaults are likelier than what differs from them. */
export function drawEnvironment(random: Random, detection: Detection = 'normal'): Config {
  const variant: Variant = {
    detection,
    vantages: random.pick([1, 2, 2, 3]),
    fencing: random.pick(['none', 'none', 'none', 'isolate', 'stop-instance']),
    hostAddress: random.pick(['prebound', 'prebound', 'ssm']),
    writability: random.chance(0.06) ? 'untouched' : 'managed',
    holderReplicationFault: random.pick(['failover', 'page']),
    holderStopping: random.pick(['switchover', 'switchover', 'wait']),
    repair: random.pick([[], [], ['mysqld']]),
    prefer: random.chance(0.5) ? 'db1' : null,
    lagLimitSeconds: random.pick([120, 10]),
    catchUpLimitMs: random.pick([30_000, 8000]),
  };
  const key = JSON.stringify(variant);
  const known = parsed.get(key);
  if (known !== undefined) return known;
  const config = parse(variant);
  parsed.set(key, config);
  return config;
}

/** How the pair's servers are set up beside what replication needs. */
export function drawServers(random: Random): Pick<WorldProps, 'semiSyncTimeoutMs' | 'events'> {
  return {
    // 10 s is the servers' default.
    semiSyncTimeoutMs: random.chance(0.25) ? 10_000 : null,
    events: random.chance(0.3) ? 3 : 0,
  };
}

function parse(variant: Variant): Config {
  const result = parseConfig(inputOf(variant));
  if (result.kind === 'valid') return result.value;
  throw new Error(`the simulator's environment is faulty: ${result.faults.map(renderFault).join('; ')}`);
}

function inputOf(variant: Variant): EnvironmentInput {
  const { vantages, prefer, lagLimitSeconds, catchUpLimitMs, repair, ...rest } = variant;
  const subnets = ['a', 'b', 'c'].map((zone, index) => [
    zone,
    {
      subnetId: `subnet-0000000${index}`,
      cidr: `10.0.${index + 1}.0/24`,
      availabilityZone: `eu-central-1${zone}`,
    },
  ]);
  return {
    name: 'simulated',
    region: 'eu-central-1',
    vpcId: 'vpc-00000001',
    subnets: Object.fromEntries(subnets),
    vantages: ['a', 'b', 'c'].slice(0, vantages),
    probeSecurityGroups: ['sg-00000001'],
    subscribers: ['on-call@example.com'],
    pairs: [
      {
        name: pairName,
        vip: '10.0.1.100',
        nodes: [node(1), node(2)],
        credentials: '/keepalambda/simulated/orders',
        ...rest,
        repair: [...repair],
        ...(prefer === null ? {} : { prefer }),
        ...(variant.fencing === 'isolate'
          ? { quarantineGroup: 'sg-0dead0000', nodeGroups: ['sg-0a0a0a0a'] }
          : {}),
        settings: { lagLimitSeconds, catchUpLimitSeconds: catchUpLimitMs / 1000 },
      },
    ],
  };
}

function node(number: 1 | 2) {
  return {
    name: `db${number}`,
    instanceId: `i-0000000${number}`,
    eniId: `eni-0000000${number}`,
    address: `10.0.1.1${number}`,
    subnet: 'a',
  };
}
