/** Values that used to stand elsewhere in an environment file: each is named with its new place. */
import type { ConfigFault } from '../fault.ts';
import { peopleKeys, type Settings, settingsSchema, writtenAs } from './settings.ts';

type Loose = Readonly<Record<string, unknown>>;

/** Every value of a pair was once written under `settings`, in milliseconds. Returns the file without them, and a fault for each. */
export function takeMoved(raw: unknown): { readonly rest: unknown; readonly moved: readonly ConfigFault[] } {
  if (!isObject(raw) || !Array.isArray(raw.pairs)) return { rest: raw, moved: [] };
  const taken = raw.pairs.map((pair: unknown, index) => takeFrom(pair, `pairs[${index}]`));
  return {
    rest: { ...raw, pairs: taken.map(({ rest }) => rest) },
    moved: taken.flatMap(({ moved }) => moved),
  };
}

function takeFrom(
  pair: unknown,
  path: string,
): { readonly rest: unknown; readonly moved: readonly ConfigFault[] } {
  if (!isObject(pair) || !isObject(pair.settings)) return { rest: pair, moved: [] };
  const entries = Object.entries(pair.settings);
  const moved = entries.filter(([key]) => hasMoved(key));
  if (moved.length === 0) return { rest: pair, moved: [] };
  const settings = Object.fromEntries(entries.filter(([key]) => !hasMoved(key)));
  return {
    rest: { ...pair, settings },
    moved: moved.map(([key, value]) => {
      const place = writtenAs(key as keyof Settings);
      const unit = place.endsWith('Seconds') ? ', in seconds' : '';
      return {
        path: `${path}.settings.${key}`,
        got: String(value),
        want: `${place} (docs/settings.md)`,
        remedy: `write it as ${place}${unit}`,
      };
    }),
  };
}

function hasMoved(key: string): boolean {
  return key in settingsSchema.shape && !peopleKeys.includes(key);
}

function isObject(value: unknown): value is Loose {
  return value !== null && typeof value === 'object';
}
