/** A fault in something that a person gave us: what was got, what is wanted, how to fix it. */
import { z } from 'zod';
import { cut } from './bounds.ts';
import { escaped } from './one-line.ts';

/** Why something is not taken or not done, in the words of every error. */
export interface Refusal {
  readonly got: string;
  readonly want: string;
  readonly remedy: string;
}

export interface ConfigFault extends Refusal {
  /** Where, as one would write it in code: `pairs[0].vip`. */
  readonly path: string;
}

type Path = readonly PropertyKey[];

/** One line a fault: `pairs[0].vip: got X; want Y. To fix it: Z.` */
export function renderFault(fault: ConfigFault): string {
  return `${fault.path || 'the whole'}: ${renderRefusal(fault)}`;
}

/** Got, want, remedy, in one line. */
export function renderRefusal({ got, want, remedy }: Refusal): string {
  return `got ${got}; want ${want}. To fix it: ${remedy}.`;
}

/** Every issue that zod found, as faults. With the schema, an unknown key is named with the keys there are. */
export function faultsOf(error: z.ZodError, raw: unknown, schema?: z.ZodType): ConfigFault[] {
  return error.issues.map((issue) => {
    const path = renderPath(issue.path);
    if (issue.code === 'unrecognized_keys') {
      return unknownKeys(path, issue.keys, schema ? keysAt(schema, issue.path) : []);
    }
    if (issue.code === 'invalid_key') {
      const key = String(issue.path.at(-1));
      const want = issue.issues[0]?.message ?? 'a valid name';
      return {
        path,
        got: `the name ${shownText(key)}`,
        want,
        remedy: `rename ${path}, and whatever refers to it`,
      };
    }
    const value = valueAt(raw, issue.path);
    const got = shown(value);
    const want = issue.message.replace(
      /^Invalid input: expected (.+?)(, received .+)?$/,
      'a value of type $1',
    );
    return { path, got, want, remedy: path ? `give ${path} ${want}` : `give ${want}` };
  });
}

/** The longest part of what was given that a fault repeats. Characters. */
const SHOWN_MAX = 200;

/** Text from outside as a fault repeats it: one line, and not more of it than helps. */
export function shownText(text: string): string {
  return cut(escaped(text.slice(0, 2 * SHOWN_MAX)), SHOWN_MAX, text.length);
}

/** Any value that was given, as a fault repeats it. What JSON has no form for is named by its kind. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value instanceof Promise) return 'a Promise';
  if (typeof value === 'function') return 'a function';
  try {
    return shownText(JSON.stringify(value) ?? String(value));
  } catch {
    // An object that contains itself, or a BigInt.
    return shownText(String(value));
  }
}

/** A copy of the raw value without what zod complained of, so that the rest can still be judged. */
export function withoutFaulty(raw: unknown, error: z.ZodError): unknown {
  const copy = copyOf(raw);
  for (const issue of error.issues) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) remove(copy, [...issue.path, key]);
    } else if (issue.path.length > 0) {
      remove(copy, issue.path);
    }
  }
  return copy;
}

function unknownKeys(path: string, keys: readonly string[], known: readonly string[]): ConfigFault {
  const similar = keys.flatMap((key) => known.find((other) => isSimilar(key, other)) ?? []);
  return {
    path,
    got: `unknown ${keys.length > 1 ? 'keys' : 'key'} ${shownText(keys.join(', '))}`,
    want: known.length > 0 ? `only ${known.join(', ')}` : 'only the settings that there are',
    remedy:
      similar.length > 0
        ? `correct the spelling (${similar.join(', ')}), or take it out`
        : 'correct the spelling, or take it out',
  };
}

/** The same letters but for case and punctuation, or one name within the other: `lagLimit`, `lagLimitSeconds`. */
function isSimilar(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => text.toLowerCase().replace(/[^a-z0-9]/g, ''));
  return a !== undefined && b !== undefined && a.length > 2 && (b.includes(a) || a.includes(b));
}

/** The keys that the schema knows at a path; none where it is no object. */
function keysAt(schema: z.ZodType, path: Path): string[] {
  let at: z.core.$ZodType | undefined = schema;
  for (const key of path) at = at && childOf(bare(at), key);
  const found = at && bare(at);
  return found instanceof z.ZodObject ? Object.keys(found.shape) : [];
}

function bare(schema: z.core.$ZodType): z.core.$ZodType {
  const wrapped =
    schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  return wrapped ? bare(schema.unwrap()) : schema;
}

function childOf(schema: z.core.$ZodType, key: PropertyKey): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodObject) return schema.shape[String(key)];
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodTuple) return schema.def.items[Number(key)];
  if (schema instanceof z.ZodRecord) return schema.valueType;
  return undefined;
}

/** A place as one would write it in code: `pairs[0].vip`. */
export function renderPath(path: Path): string {
  return path.reduce<string>(
    (text, key) =>
      typeof key === 'number' ? `${text}[${key}]` : `${text}${text ? '.' : ''}${shownText(String(key))}`,
    '',
  );
}

/** The value at a place; undefined where there is none. */
export function valueAt(raw: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      value !== null && typeof value === 'object' ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    raw,
  );
}

/** `above`: what the value is part of. An object that contains itself has no end: it is left out. */
function copyOf(value: unknown, above: readonly unknown[] = []): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (above.includes(value)) return undefined;
  const within = [...above, value];
  if (Array.isArray(value)) return value.map((child) => copyOf(child, within));
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, copyOf(child, within)]));
}

/** Takes the value out. An array keeps its length, so that the places of the others stay true. */
function remove(root: unknown, path: Path): void {
  const key = path.at(-1);
  const parent = valueAt(root, path.slice(0, -1));
  if (key === undefined || parent === null || typeof parent !== 'object') return;
  if (Array.isArray(parent)) parent[Number(key)] = undefined;
  else delete (parent as Record<PropertyKey, unknown>)[key];
}
