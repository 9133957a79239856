/**
 * A full disk, without root and without a disk of our own: the server's next binary log is opened on a file
 * where the kernel answers every write with ENOSPC. That is /dev/full, or for a server that logs to regular files
 * only (MySQL 5.6) a file on a file system of one page.
 *
 * What the server does then is all its own: it logs `Disk is full writing './binlog.000002' … Waiting for
 * someone to free space`, and waits with the lock on the binary log held. Reads are answered. Commits hang, and
 * so do `SHOW MASTER STATUS`, `SET GLOBAL read_only` and the dump to the replica: who looks must not ask them.
 */
import { closeSync, fstatSync, openSync, readSync, symlinkSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from 'mysql2/promise';
import { rowsOf } from '../connection.ts';
import type { Instance } from '../instance.ts';
import { type FullFile, makeFullFile } from './full-file.ts';
import type { Undo } from './undo.ts';

const limits = {
  /** Rotations tried before giving up: most are caught at the first try. */
  tries: 30,
  /** A rotation on a disk with room is done well before. */
  rotationMs: 500,
  /** For how long the old log is watched for the name of the new one, in milliseconds. */
  watchMs: 200,
  /** The event that ends a log holds the name of the next and little else. */
  eventBytes: 128,
};

/**
 * Makes the node's binary log run out of disk. Undone as an operator would: the server, which cannot be
 * stopped while it waits, is killed and started again. Throws when no rotation was caught.
 */
export async function fillDisk(node: Instance): Promise<Undo> {
  const full = node.product.dialect === 'mysql-5' ? await makeFullFile() : devFull;
  const session = await node.openRoot();
  for (let tries = 0; tries < limits.tries; tries += 1) {
    if (!(await rotateOnto(full.path, session, node.dataDirectory))) continue;
    return async () => {
      session.destroy();
      full.remove();
      if (!node.isRunning()) return;
      await node.kill();
      await node.start();
    };
  }
  session.destroy();
  full.remove();
  throw new Error(`no rotation of ${node.name}'s binary log met the link to ${full.path}`);
}

const devFull: FullFile = { path: '/dev/full', remove() {} };

/**
 * Rotates the log, and puts a link to the full file where the new one will be. The server takes the first name
 * that is not there, writes it at the end of the old log, closes that, and then opens the new one: between the two
 * the link must appear. It is left nowhere: the server keeps what it has opened, and a restart finds nothing odd.
 */
async function rotateOnto(full: string, session: Connection, directory: string): Promise<boolean> {
  const logs = await rowsOf(session, 'SHOW BINARY LOGS');
  const current = String(logs.at(-1)?.Log_name);
  const log = openSync(path.join(directory, current), 'r');
  try {
    const rotation = session.query('FLUSH BINARY LOGS').then(
      () => false,
      () => false,
    );
    const next = nextNamedIn(log, current);
    if (next === null || !link(full, path.join(directory, next))) {
      await rotation;
      return false;
    }
    const isStuck = await Promise.race([rotation, delay(limits.rotationMs, true)]);
    unlinkSync(path.join(directory, next));
    return isStuck;
  } finally {
    closeSync(log);
  }
}

/** Waits, without letting anything else run, until the log ends with the name of its successor. */
function nextNamedIn(log: number, current: string): string | null {
  const base = current.slice(0, current.lastIndexOf('.') + 1);
  const until = performance.now() + limits.watchMs;
  const tail = Buffer.alloc(limits.eventBytes);
  let before = fstatSync(log).size;
  while (performance.now() < until) {
    const { size } = fstatSync(log);
    if (size === before) continue;
    const from = Math.max(before, size - limits.eventBytes);
    before = size;
    const written = tail.toString('latin1', 0, readSync(log, tail, 0, limits.eventBytes, from));
    const at = written.lastIndexOf(base);
    const number = /^\d+/.exec(at < 0 ? '' : written.slice(at + base.length))?.[0];
    // Six digits, and then a checksum that may begin with one more.
    if (number) return base + number.slice(0, current.length - base.length);
  }
  return null;
}

/** False when the server was quicker, and has made the file itself. */
function link(full: string, newLog: string): boolean {
  try {
    symlinkSync(full, newLog);
    return true;
  } catch {
    return false;
  }
}
