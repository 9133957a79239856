/** The value with these changes; the same one when there are none. */
export function changed<T extends object>(value: T, changes: Partial<T>): T {
  const isChanged = Object.entries(changes).some(([key, next]) => value[key as keyof T] !== next);
  return isChanged ? { ...value, ...changes } : value;
}
