/** The end of the binary log as a look shows it: what was read too long ago is a place that the server has left. */
import { noPlace } from '../core/evidence/log-place.ts';
import type { Position } from '../core/evidence/sighting.ts';
import type { Pulse } from './pulse-row.ts';

type Place = Pick<Position, 'file' | 'offset'>;

/** Without GTIDs, it is read about once a second; statements that are stuck, as behind a STOP SLAVE, keep us from that. Milliseconds. */
const LIFE_MS = 2500;

/** When a look began, and when it is told. */
interface Look {
  readonly beganAtMs: number;
  readonly atMs: number;
}

/** Beside GTIDs, only what this look has read itself; else what is not older than `LIFE_MS`. `readAtMs`: when `place` was read. */
export function logEndAt(
  { executed }: Pick<Pulse, 'executed'>,
  place: Place,
  readAtMs: number,
  { beganAtMs, atMs }: Look,
): Place {
  const isOfNow = executed === null ? atMs - readAtMs <= LIFE_MS : readAtMs >= beganAtMs;
  return isOfNow ? place : noPlace;
}
