/** MySQL as watch reaches it: by way of the probe functions, one for each vantage. */
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { nodeOf, type Pair } from '../core/config.ts';
import type { NodeName, Vantage } from '../core/names.ts';
import type { Clock, DatabasePort } from '../shell/ports.ts';
import type { CredentialsSource } from './credentials-ssm.ts';
import { command } from './probe-command.ts';
import { look } from './probe-look.ts';

export interface DatabaseProbeProps {
  readonly lambda: LambdaClient;
  /** The probe function of each vantage. */
  readonly functions: Readonly<Record<Vantage, string>>;
  readonly credentials: CredentialsSource;
  readonly clock: Clock;
}

/** The port by way of the probe functions; see `probe-look` and `probe-command` for what fails how. */
export function createDatabase(props: DatabaseProbeProps): DatabasePort {
  return {
    vantages: Object.keys(props.functions),
    look: (vantage, targets, holdMs, signal) => look(props, vantage, targets, holdMs, signal),
    async close(pair, node, limitMs) {
      const to = addressOf(pair, node);
      const answer = await command(props, 'close', pair, limitMs, (fields) => ({
        kind: 'close',
        ...fields,
        node: to,
      }));
      return answer.closed;
    },
    async open(pair, node, limitMs) {
      const to = addressOf(pair, node);
      const answer = await command(props, 'open', pair, limitMs, (fields) => ({
        kind: 'open',
        ...fields,
        node: to,
      }));
      return { wasWritable: answer.wasWritable };
    },
    async catchUp(pair, node, upTo, limitMs) {
      const to = addressOf(pair, node);
      const answer = await command(props, 'catch-up', pair, limitMs, (fields) => ({
        kind: 'catch-up',
        ...fields,
        node: to,
        upTo,
      }));
      return answer.caughtUp;
    },
    async verify(pair, limitMs) {
      const { vip, writeProbe } = pair;
      const answer = await command(props, 'verify', pair, limitMs, (fields) => ({
        kind: 'verify',
        ...fields,
        vip,
        writeProbe,
      }));
      return answer.answered;
    },
  };
}

function addressOf(pair: Pair, name: NodeName): { readonly name: string; readonly address: string } {
  const node = nodeOf(pair, name);
  return { name: node.name, address: node.address };
}
