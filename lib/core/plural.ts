/** `1 look`, `12 looks`: a number and what it counts. */
export function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
