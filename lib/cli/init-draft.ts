/** An environment that is still being asked for: values are put in one at a time, and it is judged after each. */
import { type ConfigFault, valueAt } from '../core/fault.ts';

/** Where a value goes: `['pairs', 0, 'nodes', 1, 'eniId']`. */
export type Place = readonly (string | number)[];
/** Nothing of it is sure: what is missing is asked for. */
export type Draft = Readonly<Record<string, unknown>>;
/** All that is wrong with the draft now, also beside the other environments. */
export type Judge = (draft: Draft) => readonly ConfigFault[];

/** A copy of the draft with the value at the place. */
export function withValue(draft: Draft, place: Place, value: unknown): Draft {
  return put(draft, place, value) as Draft;
}

/** Whether somebody has given a value there. */
export function isGiven(draft: Draft, place: Place): boolean {
  const value = valueAt(draft, place);
  if (value === undefined || value === '') return false;
  return typeof value !== 'object' || Object.keys(value ?? {}).length > 0;
}

function put(into: unknown, [key, ...rest]: Place, value: unknown): unknown {
  if (key === undefined) return value;
  const inner = put(valueAt(into, [key]), rest, value);
  if (typeof key === 'number') {
    const items = Array.isArray(into) ? [...into] : [];
    items[key] = inner;
    return items;
  }
  return { ...(into as object | undefined), [key]: inner };
}
