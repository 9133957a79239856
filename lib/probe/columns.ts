/** Columns of rows as the servers give them, whatever the version calls them. */
import { NONE, SEPARATOR } from './dialect.ts';

export type StatusRow = Readonly<Record<string, unknown>>;

/** A column that stands for several → the values by their names. */
export function spread(joined: unknown, names: readonly string[]): StatusRow {
  const values = text(joined).split(SEPARATOR);
  return Object.fromEntries(
    names.map((name, index) => [name, values[index] === NONE ? null : values[index]]),
  );
}

/** A column by its name since 8.0.22, or by its old one. */
export function field(row: StatusRow, name: string): unknown {
  if (name in row) return row[name];
  return row[name.replace('Replica', 'Slave').replace('Source', 'Master')];
}

/** Long sets are broken into lines. */
export function compact(value: unknown): string {
  return text(value).replace(/\s/g, '');
}

/** A variable that is off, as a number or a word. */
export function isOff(value: unknown): boolean {
  return ['0', 'off'].includes(text(value).toLowerCase());
}

/** One that is on. */
export function isOn(value: unknown): boolean {
  return ['1', 'on'].includes(text(value).toLowerCase());
}

/** The columns that are not empty: `Binlog_Ignore_DB: mysql`. */
export function namedValues(row: StatusRow, columns: readonly string[]): readonly string[] {
  return columns.flatMap((column) => {
    const value = text(row[column]);
    return value === '' ? [] : [`${column}: ${value}`];
  });
}

/** The value as text; empty for NULL. */
export function text(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}
