/** MySQL as watch reaches it: by way of the probe functions, one for each vantage. */
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { nodeOf, type Pair, peerOf } from '../../core/config/config.ts';
import type { NodeName, Vantage } from '../../core/names.ts';
import type { DatabasePort } from '../../watch/ports/database.ts';
import type { Clock } from '../../watch/ports/ports.ts';
import type { CredentialsSource } from '../ssm/credentials.ts';
import { command } from './send-command.ts';
import { look } from './send-look.ts';
import { createWarmer } from './warmer.ts';

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
    look(vantage, targets, signal) {
      const looking = look(props, vantage, targets, signal);
      warm(vantage, targets, looking);
      return looking;
    },
    async close(pair, node, kills, limitMs) {
      const order = { kind: 'close', pair, limitMs, first: turnOf(pair, node) } as const;
      const where = { node: addressOf(pair, node), peer: sourceOf(pair, node, null) };
      const { events } = pair;
      return (await command(props, order, (fields) => ({ ...fields, ...where, kills, events }))).closed;
    },
    async open(pair, node, limitMs) {
      const order = { kind: 'open', pair, limitMs, first: turnOf(pair, node) } as const;
      const where = { node: addressOf(pair, node), events: pair.events };
      const answer = await command(props, order, (fields) => ({ ...fields, ...where }));
      return { wasWritable: answer.wasWritable };
    },
    async catchUp(pair, node, { upTo, source }, limitMs) {
      const order = { kind: 'catch-up', pair, limitMs, first: turnOf(pair, node) } as const;
      const where = { node: addressOf(pair, node), peer: sourceOf(pair, node, source) };
      return (await command(props, order, (fields) => ({ ...fields, ...where, upTo }))).caughtUp;
    },
    async detach(pair, node, source, threads, limitMs) {
      const order = { kind: 'detach', pair, limitMs, first: turnOf(pair, node) } as const;
      const where = { node: addressOf(pair, node), peer: sourceOf(pair, node, source) };
      return (await command(props, order, (fields) => ({ ...fields, ...where, threads }))).detached;
    },
    async attach(pair, node, source, limitMs, attaching = 'as-it-is') {
      const order = { kind: 'attach', pair, limitMs, first: turnOf(pair, node) } as const;
      const where = { node: addressOf(pair, node), peer: sourceOf(pair, node, source) };
      const { wasRunning } = await command(props, order, (fields) => ({ ...fields, ...where, attaching }));
      return { wasRunning };
    },
    async reconnect(pair, node, source, limitMs) {
      const order = { kind: 'reconnect', pair, limitMs, first: turnOf(pair, node) } as const;
      const where = { node: addressOf(pair, node), peer: sourceOf(pair, node, source) };
      const { answers } = await command(props, order, (fields) => ({ ...fields, ...where }));
      return { answers };
    },
    async replicate(pair, node, limitMs) {
      const account = (await props.credentials.replication(pair)).expose();
      const order = { kind: 'replicate', pair, limitMs, first: turnOf(pair, node) } as const;
      const where = { node: addressOf(pair, node), peer: sourceOf(pair, node, null), account };
      await command(props, order, (fields) => ({ ...fields, ...where }));
    },
    async inspect(pair, node, limitMs) {
      const order = { kind: 'inspect', pair, limitMs, first: turnOf(pair, node) } as const;
      const answer = await command(props, order, (fields) => ({ ...fields, node: addressOf(pair, node) }));
      return answer.obstacles;
    },
    async examine(pair, node, depth, limitMs) {
      const order = { kind: 'examine', pair, limitMs, first: turnOf(pair, node) } as const;
      const where = { node: addressOf(pair, node), depth };
      return (await command(props, order, (fields) => ({ ...fields, ...where }))).facts;
    },
    async replica(pair, { name, address }, limitMs) {
      const order = { kind: 'replica', pair, limitMs, first: 0 } as const;
      const where = { node: { name, address } };
      return (await command(props, order, (fields) => ({ ...fields, ...where }))).replica;
    },
    async feeds(pair, node, limitMs) {
      const order = { kind: 'feeds', pair, limitMs, first: turnOf(pair, node) } as const;
      const where = { node: addressOf(pair, node), peer: sourceOf(pair, node, null) };
      return (await command(props, order, (fields) => ({ ...fields, ...where }))).fed;
    },
    async repoint(pair, { name, address }, from, to, limitMs) {
      const order = { kind: 'repoint', pair, limitMs, first: 0 } as const;
      const sources = { from: placeOf(pair, from), to: placeOf(pair, to) };
      const where = { node: { name, address }, ...sources };
      return (await command(props, order, (fields) => ({ ...fields, ...where }))).repointed;
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

/** A node as the source of a chain replica: its address decides. */
function placeOf(pair: Pair, node: NodeName) {
  return { address: nodeOf(pair, node).address, identity: null };
}

/** The pair's other node as the source of this one's replication. */
function sourceOf(pair: Pair, name: NodeName, identity: string | null) {
  return { address: peerOf(pair, name).address, identity };
}
