/** Seeded chance: the same seed gives the same sequence, on every machine. Nothing here is for secrets. */

const goldenGamma = 0x9e3779b9;

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = mix((seed >>> 0) ^ mix(Math.floor(seed / 2 ** 32) + goldenGamma));
  }

  /** A number from 0 up to, but not including, 1. */
  next(): number {
    return this.bits() / 2 ** 32;
  }

  /** 32 random bits, as an unsigned integer (splitmix32). */
  bits(): number {
    this.#state = (this.#state + goldenGamma) >>> 0;
    return mix(this.#state);
  }

  /** A whole number from `from` to `to`, both included. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  /** Whether something of this probability happens now. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of them. */
  pick<T>(values: readonly T[]): T {
    const value = values[Math.floor(this.next() * values.length)];
    if (value === undefined) throw new Error('cannot pick from an empty list');
    return value;
  }

  /**
   * A sequence of its own for one part of a history, so that a draw more in one part does not change what
   * happens in all others.
   */
  fork(): Random {
    return new Random(this.bits());
  }
}

function mix(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
  return (bits ^ (bits >>> 15)) >>> 0;
}
