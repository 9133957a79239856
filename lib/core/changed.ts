/** The value with these changes; the same one when there are none. */
export function changed<T extends object>(value: T, changes: Partial<T>): T {
  for (const key in changes) if (value[key] !== changes[key]) return { ...value, ...changes };
  return value;
}
