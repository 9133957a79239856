/** Moments, lengths and counts as people write them. The core has no `Date`. */

/** Milliseconds since 1970 → `2026-08-14 12:01:33 UTC`. This is Hinnant's civil_from_days. */
export function utcTime(atMs: number): string {
  const seconds = Math.floor(atMs / 1000);
  const days = Math.floor(seconds / 86_400);
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const secondOfDay = seconds - days * 86_400;
  const clock = [secondOfDay / 3600, (secondOfDay % 3600) / 60, secondOfDay % 60].map(two);
  return `${year}-${two(month)}-${two(day)} ${clock.join(':')} UTC`;
}

/** Milliseconds since 1970 → `12:01 UTC`. */
export function utcClock(atMs: number): string {
  return `${utcTime(atMs).slice(11, 16)} UTC`;
}

/** Milliseconds since 1970 → `12:01:33 UTC`. */
export function utcSecond(atMs: number): string {
  return utcTime(atMs).slice(11);
}

/** `1.9 s`, `12 s`, `7 min`, `3 h 5 min`. */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 119.5) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function two(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}
