/** How far a long command is, on standard error. */

export interface Progress {
  /** One more is done. */
  tell(what: string): void;
}

/** Begins to count now. */
export function startProgress(all: number): Progress {
  const startedMs = Date.now();
  let done = 0;
  return {
    tell(what) {
      done += 1;
      const leftMs = ((Date.now() - startedMs) / done) * (all - done);
      const left = done === all ? '' : `, about ${Math.ceil(leftMs / 60_000)} min left`;
      console.error(`${what} (${done} of ${all}${left})`);
    },
  };
}
