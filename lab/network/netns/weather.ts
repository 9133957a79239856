/**
 * Loss and delay on every way into a place, in the words of `tc netem`: `loss 5% delay 20ms 20ms`. A kernel
 * without netem gets the same from a process of ours between two TAP interfaces (`relay.ts`).
 */
import { LabError } from '../../errors.ts';

export interface Weather {
  readonly lossPercent: number;
  readonly delayMs: number;
  /** The delay of each packet is this much more or less, evenly. */
  readonly jitterMs: number;
}

const wanted = "words of tc netem, such as 'loss 5% delay 20ms 20ms'";

/** Parses the words. Throws a `LabError` for any that the lab does not know. */
export function parseWeather(text: string): Weather {
  const words = text.trim().split(/\s+/);
  let weather: Weather = { lossPercent: 0, delayMs: 0, jitterMs: 0 };
  while (words.length > 0) {
    const word = words.shift();
    if (word === 'loss') {
      weather = { ...weather, lossPercent: measure(words.shift(), '%', text) };
    } else if (word === 'delay') {
      const delayMs = measure(words.shift(), 'ms', text);
      const jitterMs = words[0]?.endsWith('ms') ? measure(words.shift(), 'ms', text) : 0;
      weather = { ...weather, delayMs, jitterMs };
    } else throw unclear(text);
  }
  if (weather.lossPercent > 100 || weather.jitterMs > weather.delayMs) throw unclear(text);
  return weather;
}

/** The words for `tc`. */
export function netemOf({ lossPercent, delayMs, jitterMs }: Weather): string {
  const loss = lossPercent > 0 ? ` loss ${lossPercent}%` : '';
  return `netem delay ${delayMs}ms ${jitterMs}ms${loss}`;
}

/** What becomes of one packet: null when it is lost, else after how long it goes on. Milliseconds. */
export function fateOf(weather: Weather, chance: () => number): number | null {
  if (chance() * 100 < weather.lossPercent) return null;
  return weather.delayMs + (chance() * 2 - 1) * weather.jitterMs;
}

function measure(word: string | undefined, unit: string, text: string): number {
  const value = Number(word?.endsWith(unit) ? word.slice(0, -unit.length) : Number.NaN);
  if (word !== unit && Number.isFinite(value) && value >= 0) return value;
  throw unclear(text);
}

function unclear(text: string): LabError {
  return new LabError({ got: `--netem "${text}"`, want: wanted, remedy: 'correct --netem' });
}
