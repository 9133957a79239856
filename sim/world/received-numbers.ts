/** Numbers of the source's transactions, as a channel has them: of which life of the source's log, and with which gaps. */

/** Numbers of the source: those above one, up to another. */
export interface Held {
  readonly above: number;
  readonly upTo: number;
}

/** From that number on, what was received came from this life of the source's log. */
interface Origin {
  readonly above: number;
  readonly incarnation: number;
}

/** From which life of the source's log each number was received. */
export class Lives {
  /** Oldest first. */
  #origins: Origin[] = [{ above: 0, incarnation: 0 }];

  /** What is received above this number comes from this life. */
  note(above: number, incarnation: number): void {
    while (this.#origins.length > 1 && (this.#origins.at(-1)?.above ?? 0) >= above) this.#origins.pop();
    const newest = this.#origins[this.#origins.length - 1] as Origin;
    if (newest.incarnation !== incarnation) this.#origins.push({ above, incarnation });
  }

  of(number: number): number {
    let index = this.#origins.length - 1;
    while (index > 0 && (this.#origins[index] as Origin).above >= number) index--;
    return (this.#origins[index] as Origin).incarnation;
  }

  /** The numbers that this life gave away, as far as the first `count` go. */
  heldOf(incarnation: number, count: number): Held {
    const index = this.#origins.findIndex((origin) => origin.incarnation === incarnation);
    const origin = this.#origins[index];
    if (origin === undefined) return { above: 0, upTo: 0 };
    const next = this.#origins[index + 1];
    return { above: origin.above, upTo: Math.min(count, next?.above ?? count) };
  }

  /** The same as of now. */
  copy(): Lives {
    const copy = new Lives();
    copy.#origins = [...this.#origins];
    return copy;
  }

  /** What was received above this number is thrown away. */
  forgetAbove(number: number): void {
    this.#origins = this.#origins.filter(({ above }) => above <= number);
  }
}

/** Numbers below the newest that were never received. */
export class Gaps {
  #gaps: Held[] = [];

  note(above: number, upTo: number): void {
    this.#gaps.push({ above, upTo });
  }

  has(number: number): boolean {
    return this.#gaps.some(({ above, upTo }) => number > above && number <= upTo);
  }

  /** The first number above that one which is in a gap; null when none is. */
  firstAbove(number: number): number | null {
    const gap = this.#gaps.find(({ upTo }) => upTo > number);
    return gap === undefined ? null : Math.max(gap.above, number) + 1;
  }

  /** The same as of now. */
  copy(): Gaps {
    const copy = new Gaps();
    copy.#gaps = [...this.#gaps];
    return copy;
  }

  /** How many numbers up to this one are in gaps. */
  countUpTo(number: number): number {
    return this.#gaps.reduce((sum, { above, upTo }) => sum + Math.max(0, Math.min(upTo, number) - above), 0);
  }

  /** Gaps that begin at this number or later are none any more. */
  forgetAbove(number: number): void {
    this.#gaps = this.#gaps.filter(({ above }) => above < number);
  }
}
