/** Values of options: what is got, what is wanted. */
import { InvalidArgumentError } from 'commander';

/** A parser for a whole number in this range. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Got ${JSON.stringify(text)}; want a whole number from ${min} to ${max}.`);
  };
}

/** A parser for a number above 0, at most `max`. */
export function positive(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+(\.\d+)?$/.test(text) && value > 0 && value <= max) return value;
    throw new InvalidArgumentError(`Got ${JSON.stringify(text)}; want a number above 0, at most ${max}.`);
  };
}
