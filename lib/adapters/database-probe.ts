/** MySQL as watch reaches it: by way of the probe functions, one for each vantage. */
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { nodeOf, type Pair } from '../core/config.ts';
import type { NodeName, Vantage } from '../core/names.ts';
import type { Clock, DatabasePort } from '../shell/ports.ts';
import type { CredentialsSource } from './credentials-ssm.ts';
import { type CommandFields, command } from './probe-command.ts';
import { look } from './probe-look.ts';
import { createWarmer } from './probe-warm.ts';

export interface DatabaseProbeProps {
  readonly lambda: LambdaClient;
  /** The probe function of each vantage. */
  readonly functions: Readonly<Record<Vantage, string>>;
  readonly credentials: CredentialsSource;
  readonly clock: Clock;
}

/** The port by way of the probe functions; see `probe-look` and `probe-command` for what fails how. */
export function createDatabase(props: DatabaseProbeProps): DatabasePort {
  const warm = createWarmer(props);
  return {
    vantages: Object.keys(props.functions),
    look(vantage, targets, holdMs, signal) {
      if (holdMs > 0) warm(vantage, targets);
      return look(props, vantage, targets, holdMs, signal);
    },
    async close(pair, node, limitMs) {
      const order = { kind: 'close', pair, limitMs, first: turnOf(pair, node) } as const;
      const answer = await command(props, order, (fields) => ({ ...fields, node: addressOf(pair, node) }));
      return answer.closed;
    },
    async open(pair, node, limitMs) {
      const order = { kind: 'open', pair, limitMs, first: turnOf(pair, node) } as const;
      const answer = await command(props, order, (fields) => ({ ...fields, node: addressOf(pair, node) }));
      return { wasWritable: answer.wasWritable };
    },
    async catchUp(pair, node, upTo, limitMs) {
      const order = { kind: 'catch-up', pair, limitMs, first: turnOf(pair, node) } as const;
      const make = (fields: CommandFields<'catch-up'>) => ({ ...fields, node: addressOf(pair, node), upTo });
      return (await command(props, order, make)).caughtUp;
    },
    async verify(pair, limitMs) {
      const { vip, writeProbe } = pair;
      const order = { kind: 'verify', pair, limitMs, first: 0 } as const;
      return (await command(props, order, (fields) => ({ ...fields, vip, writeProbe }))).answered;
    },
  };
}

/**
 * Each node has a vantage of its own to begin with, so that fencing one and catching up the other, which run
 * side by side, find a warm function each.
 */
function turnOf(pair: Pair, node: NodeName): number {
  return pair.nodes.findIndex(({ name }) => name === node);
}

function addressOf(pair: Pair, name: NodeName): { readonly name: string; readonly address: string } {
  const node = nodeOf(pair, name);
  return { name: node.name, address: node.address };
}
