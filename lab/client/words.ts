/** What the lab and its client's process say to each other. */
import type { Acknowledged } from './account.ts';

/** Given to the process in its environment, as JSON under this name. */
export const orderVariable = 'LAB_CLIENT_ORDER';

export interface Order {
  /** The name under which its rows are written. */
  readonly name: string;
  /** The VIP. */
  readonly host: string;
  readonly port: number;
  /** The client's own address. */
  readonly localAddress: string;
  readonly user: string;
  readonly password: string;
  /** A write is begun this often, in milliseconds, or as soon as the one before is done. */
  readonly everyMs: number;
  /** After this an application gives a connect or a query up, in milliseconds. */
  readonly timeoutMs: number;
}

/** What the client tells as it happens. */
export type Tale =
  /** A connection was made, and this server answered. */
  | { readonly kind: 'connected'; readonly atMs: number; readonly server: string }
  /** The first write that failed after one that did not. */
  | { readonly kind: 'failing'; readonly atMs: number; readonly because: string }
  /** The first acknowledged write after a gap of 250 ms or more. */
  | { readonly kind: 'resumed'; readonly atMs: number; readonly afterMs: number; readonly server: string };

export type FromClient =
  | { readonly kind: 'tale'; readonly tale: Tale }
  | {
      readonly kind: 'result';
      readonly writes: readonly Acknowledged[];
      readonly attempts: number;
      readonly untilMs: number;
    };

export interface ToClient {
  readonly kind: 'stop';
}
