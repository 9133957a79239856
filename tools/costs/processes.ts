/** What Linux knows of a process: the CPU that it has used, and the most memory that it ever had. */
import { readFileSync } from 'node:fs';

/** Linux counts CPU for user space in hundredths of a second, on every architecture. */
const TICKS_A_SECOND = 100;

/** CPU seconds of all its threads since it was started; null when it is gone. */
export function cpuSecondsOf(pid: number): number | null {
  const text = readOrNull(`/proc/${pid}/stat`);
  return text === null ? null : parseStat(text);
}

/** The most memory that it had resident, in megabytes (2^20 bytes, as Lambda counts them); null when it is gone. */
export function peakMemoryMb(pid: number): number | null {
  const text = readOrNull(`/proc/${pid}/status`);
  const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(text ?? '')?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) / 1024;
}

/** User and system time of a line of `/proc/PID/stat`. The name before them may hold spaces and brackets. */
export function parseStat(text: string): number {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
