/** The value with these changes; the same one when there are none. */
export function changed<T extends object>(value: T, changes: Partial<T>): T {
  for (const key in changes) if (value[key] !== changes[key]) return { ...value, ...changes };
  return value;
}

/** Entries by name, with this one; `undefined` takes it out. The same object comes back when nothing has changed. */
export function withEntry<T>(
  all: Readonly<Record<string, T>>,
  name: string,
  entry: T | undefined,
): Readonly<Record<string, T>> {
  if (all[name] === entry) return all;
  const { [name]: _, ...others } = all;
  return entry === undefined ? others : { ...others, [name]: entry };
}
