/** Places in the binary logs of one server: `binlog.000007`, offset 4711. */
import type { Position } from './sighting.ts';

/** Where a place was not read with the GTIDs beside it. */
export const noPlace: Pick<Position, 'file' | 'offset'> = { file: '', offset: 0 };

/** Neither GTIDs nor a place: where its node stands is not known. */
export function isUnplaced({ gtid, file }: Position): boolean {
  return gtid === null && file === '';
}

/** Logs of another name (`log_bin` was changed) are numbered anew: which of two such places is the later, nobody can say. */
export function areOfOneSeries(one: Position, other: Position): boolean {
  return one.file !== '' && seriesOf(one) === seriesOf(other);
}

/**
 * Which of two places in the logs of one series is the later: above 0 when the first is. Files are ordered by their number:
 * `binlog.1000000` follows `binlog.999999`.
 */
export function comparePlaces(one: Position, other: Position): number {
  if (one.file === other.file) return one.offset - other.offset;
  return logNumberOf(one) - logNumberOf(other) || one.offset - other.offset;
}

/** The number of its log; -1 where the name has none. */
export function logNumberOf({ file }: Position): number {
  return Number(/\.(\d+)$/.exec(file)?.[1] ?? -1);
}

/** For people. */
export function placeOf({ file, offset }: Position): string {
  return `${file}:${offset}`;
}

function seriesOf({ file }: Position): string {
  return file.replace(/\.\d+$/, '');
}
