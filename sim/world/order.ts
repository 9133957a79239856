/**
 * In which order a master carried out its own commits and those of the other: a path in steps, each along one of the
 * two. Only the order tells which of two transactions on one row came last.
 */

/** Where the path turns: how many of its own, and how many of the other's, were carried out until then. */
export interface Turn {
  readonly own: number;
  readonly applied: number;
}

/** Transactions of one origin in a row: the numbers above `from`, up to and including `to`. */
export interface Run {
  readonly of: 'own' | 'applied';
  readonly from: number;
  readonly to: number;
  /** How many of the other kind had been carried out by then. */
  readonly beside: number;
}

export class Order {
  #turns: Turn[] = [{ own: 0, applied: 0 }];

  /** So many have been carried out by now; what was applied since the last time came first. */
  note(own: number, applied: number): void {
    const last = this.#turns[this.#turns.length - 1] as Turn;
    if (applied > last.applied) this.#go({ own: last.own, applied });
    const now = this.#turns[this.#turns.length - 1] as Turn;
    if (own > now.own) this.#go({ own, applied: now.applied });
  }

  /** The master has come back without its own transactions above that number. */
  lose(own: number): void {
    const kept = this.#turns.map((turn) => ({ ...turn, own: Math.min(turn.own, own) }));
    this.#turns = kept;
  }

  /** The master has no data any more. */
  empty(): void {
    this.#turns = [{ own: 0, applied: 0 }];
  }

  /** A copy of the other master: it carried out the same, and what is that one's own is applied here. */
  fill(other: Order): void {
    this.#turns = other.#turns.map(({ own, applied }) => ({ own: applied, applied: own }));
  }

  /** The whole path, newest first. */
  runs(): readonly Run[] {
    const runs: Run[] = [];
    for (let index = this.#turns.length - 1; index > 0; index--) {
      const from = this.#turns[index - 1] as Turn;
      const to = this.#turns[index] as Turn;
      if (to.own > from.own) runs.push({ of: 'own', from: from.own, to: to.own, beside: to.applied });
      else if (to.applied > from.applied)
        runs.push({ of: 'applied', from: from.applied, to: to.applied, beside: to.own });
    }
    return runs;
  }

  /** Goes on to there, along the last step if it leads the same way. */
  #go(to: Turn): void {
    const last = this.#turns[this.#turns.length - 1] as Turn;
    const before = this.#turns[this.#turns.length - 2];
    const straight =
      before !== undefined &&
      ((before.own === last.own && last.own === to.own) ||
        (before.applied === last.applied && last.applied === to.applied));
    if (straight) this.#turns[this.#turns.length - 1] = to;
    else this.#turns.push(to);
  }
}
