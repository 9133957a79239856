/** A fault in something that a person gave us: what was got, what is wanted, how to mend it. */
import type { z } from 'zod';

export interface Fault {
  /** Where, as one would write it in code: `pairs[0].vip`. */
  readonly path: string;
  readonly got: string;
  readonly want: string;
  readonly remedy: string;
}

/** One line a fault: `pairs[0].vip: got X; want Y. Remedy.` */
export function renderFault(fault: Fault): string {
  return `${fault.path || 'the whole'}: got ${fault.got}; want ${fault.want}. To mend it: ${fault.remedy}.`;
}

/** Every issue that zod found, as faults. An unknown key is named with the keys there are. */
export function faultsOf(error: z.ZodError, raw: unknown): Fault[] {
  return error.issues.map((issue) => {
    const path = issue.path.reduce<string>(
      (text, key) =>
        typeof key === 'number' ? `${text}[${key}]` : `${text}${text ? '.' : ''}${String(key)}`,
      '',
    );
    if (issue.code === 'unrecognized_keys') {
      return {
        path,
        got: `unknown ${issue.keys.length > 1 ? 'keys' : 'key'} ${issue.keys.join(', ')}`,
        want: 'only the settings that there are',
        remedy: 'correct the spelling, or take it out',
      };
    }
    const got = valueAt(raw, issue.path);
    return {
      path,
      got: got === undefined ? 'nothing' : (JSON.stringify(got) ?? String(got)),
      want: issue.message.replace(/^Invalid input: expected /, 'a value of type '),
      remedy: got === undefined ? `set ${path}` : `correct ${path}`,
    };
  });
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      value !== null && typeof value === 'object' ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    raw,
  );
}
