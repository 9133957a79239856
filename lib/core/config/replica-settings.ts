/** The chain replicas of a pair: servers behind a node that are no part of the pair, such as for reports. */
import { z } from 'zod';
import type { ConfigFault } from '../fault.ts';
import { ipv4, name } from './config-values.ts';

const replicaSchema = z.strictObject({
  /** What people call the replica: `r01`. */
  name,
  /** Its own private address. It listens on the port of the pair, and has the account of the pair. */
  address: ipv4,
});

export type Replica = z.output<typeof replicaSchema>;

export const replicaFields = {
  replicas: z.array(replicaSchema).default([]).meta({
    description:
      'Chain replicas behind a node, each with `name` and `address`: `status` shows them. The probes reach them on the port of the pair, with its account.',
  }),
  replicasOfLost: z.enum(['alert', 'repoint'], "'alert' or 'repoint'").default('alert').meta({
    description:
      'The chain replicas of a holder that is lost: `repoint`: after the failover they are pointed at the new holder by GTID, if that skips nothing. `alert`: an alert names each one and what to do.',
  }),
};

/** What the rules look at: any value may be missing. */
interface LoosePair {
  readonly vip?: string | undefined;
  readonly nodes?:
    | readonly ({ readonly name?: string | undefined; readonly address?: string | undefined } | undefined)[]
    | undefined;
  readonly replicas?: readonly (Partial<Replica> | undefined)[] | undefined;
}

/** A name and an address of its own for each replica. */
export function replicaFaults({ vip, nodes = [], replicas = [] }: LoosePair, path: string): ConfigFault[] {
  return replicas.flatMap((replica, index) => {
    const others = [...nodes, ...replicas.slice(0, index)];
    const here = `${path}.replicas[${index}]`;
    const faults: ConfigFault[] = [];
    for (const key of ['name', 'address'] as const) {
      const got = replica?.[key];
      const other = others.find((one) => one?.[key] === got);
      if (got === undefined || other === undefined) continue;
      faults.push({
        path: `${here}.${key}`,
        got: `${got}, which is also that of ${key === 'address' ? (other.name ?? 'another server') : 'another server'}`,
        want: `a ${key} of its own: a chain replica is neither a node nor another replica`,
        remedy: `correct the ${key}, or take the replica out`,
      });
    }
    if (replica?.address !== undefined && replica.address === vip) {
      faults.push({
        path: `${here}.address`,
        got: `${vip}, which is the VIP`,
        want: 'the own address of the replica',
        remedy: 'give the primary private address of its host',
      });
    }
    return faults;
  });
}
