/** Probe functions that answer as told, run by the lab's Lambda. */
import { bundle } from '../../lab/aws/bundle.ts';

/**
 * A function whose answers are chosen by the pair's password, which is the only free text of a request: the
 * name of a trick, or JSON to answer with. `echo` gives the request back inside `because`.
 */
const source = `
import { setTimeout as sleep } from 'node:timers/promises';
const trick = (event) => (event.targets ? event.targets[0] : event).credentials.password;
export const handler = async (event) => {
  switch (trick(event)) {
    case 'throw': throw new TypeError('boom');
    case 'exit': process.exit(7);
    case 'hold': await sleep(event.targets?.[0].order.forMs ?? event.limitMs); return { kind: 'looks', pairs: {} };
    case 'sleep': await sleep(60000); return {};
    case 'echo': return { kind: 'failed', failure: 'unsuccessful', because: JSON.stringify(event) };
    default: return JSON.parse(trick(event));
  }
};`;

/** The directory of their bundle. */
export function probeBundle(): string {
  return bundle(source);
}
