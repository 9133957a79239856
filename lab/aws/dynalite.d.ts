/** dynalite has no types of its own. It is an HTTP server that may be given requests by hand. */
declare module 'dynalite' {
  import type { EventEmitter } from 'node:events';

  interface DynaliteOptions {
    readonly createTableMs?: number;
    readonly deleteTableMs?: number;
    readonly updateTableMs?: number;
  }

  export default function dynalite(options?: DynaliteOptions): EventEmitter;
}
