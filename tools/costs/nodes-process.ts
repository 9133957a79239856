/** The process of the simulated nodes: their CPU is none of the functions'. Ends with who started it. */
import { NodePair } from './node-pair.ts';
import { startNodes } from './node-server.ts';
import { type FromNodes, type NodesOrder, nodesVariable, type ToNodes } from './nodes.ts';

const order = JSON.parse(process.env[nodesVariable] ?? '') as NodesOrder;
const pairs = order.pairs.map((addresses, index) => new NodePair(index, addresses, Date.now()));
const servers = await startNodes(pairs, order.port);

const tell = (message: FromNodes) => process.send?.(message);
process.on('disconnect', () => process.exit());
process.on('message', ({ kind }: ToNodes) => tell({ kind, counts: servers.counts() }));
tell({ kind: 'ready' });
