/** Which packets a cable of the VPC lets through. What is dropped vanishes: it is sent into a bridge without ports. */
import { tc } from './ip.ts';
import { sink } from './layout.ts';

const intoSink = `action mirred egress redirect dev ${sink}`;
/** A TCP segment with SYN and without ACK. */
const isNew = 'match ip protocol 6 0xff match u8 0x02 0x12 at 33';
/** The place of the rules for new connections; those for addresses follow it. */
const newFirst = 10;

export class Sieve {
  readonly #namespace: string;
  readonly #cables = new Set<string>();
  /** The place of each rule, by cable and address. */
  readonly #places = new Map<string, number>();
  #nextPlace = newFirst + 1;

  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  /** What comes from this address is dropped on its way into the cable. */
  drop(cable: string, from: string): void {
    const key = `${cable} ${from}`;
    if (this.#places.has(key)) return;
    this.#prepare(cable);
    const place = this.#nextPlace;
    this.#nextPlace += 1;
    this.#places.set(key, place);
    tc(
      this.#namespace,
      `filter add dev ${cable} egress pref ${place} protocol ip u32 match ip src ${from}/32 ${intoSink}`,
    );
  }

  /** Undoes `drop`. */
  pass(cable: string, from: string): void {
    const key = `${cable} ${from}`;
    const place = this.#places.get(key);
    if (place === undefined) return;
    this.#places.delete(key);
    tc(this.#namespace, `filter delete dev ${cable} egress pref ${place}`);
  }

  /** No new TCP connection begins through the cable, either way; or again. */
  refuseNew(cable: string, on: boolean): void {
    const key = `${cable} new`;
    if (this.#places.has(key) === on) return;
    if (on) this.#places.set(key, newFirst);
    else this.#places.delete(key);
    this.#prepare(cable);
    for (const way of ['ingress', 'egress']) {
      const rule = on ? ` protocol ip u32 ${isNew} ${intoSink}` : '';
      tc(this.#namespace, `filter ${on ? 'add' : 'delete'} dev ${cable} ${way} pref ${newFirst}${rule}`);
    }
  }

  #prepare(cable: string): void {
    if (this.#cables.has(cable)) return;
    this.#cables.add(cable);
    tc(this.#namespace, `qdisc add dev ${cable} clsact`);
  }
}
