/**
 * A full disk, without root and without a disk of our own: the server's next binary log is opened on
 * /dev/full, where the kernel answers every write with ENOSPC, as a full file system does.
 *
 * What the server does then is all its own: it logs `Disk is full writing './binlog.000002' … Waiting for
 * someone to free space`, and waits with the lock on the binary log held. Reads are answered. Commits hang, and
 * so do `SHOW MASTER STATUS`, `SET GLOBAL read_only` and the dump to the replica: who looks must not ask them.
 */
import { symlinkSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from 'mysql2/promise';
import { rowsOf } from '../connection.ts';
import type { Instance } from '../instance.ts';
import type { Undo } from './undo.ts';

const limits = {
  /** Rotations tried before giving up: each has about an even chance. */
  tries: 60,
  /** A rotation on a disk with room is done well before. */
  rotationMs: 300,
  /** For how long the link is put up and taken down, in milliseconds, while the server rotates. */
  windowMs: 10,
};

/**
 * Makes the node's binary log run out of disk. Undone as an operator would: the server, which cannot be
 * stopped while it waits, is killed and started again. Throws when no rotation was caught.
 */
export async function fillDisk(node: Instance): Promise<Undo> {
  const session = await node.openRoot();
  for (let tries = 0; tries < limits.tries; tries += 1) {
    const next = await nextBinaryLog(session);
    if (!(await isStuck(session, path.join(node.dataDirectory, next)))) continue;
    return async () => {
      session.destroy();
      if (!node.isRunning()) return;
      await node.kill();
      await node.start();
    };
  }
  session.destroy();
  throw new Error(`no rotation of ${node.name}'s binary log met the link to /dev/full`);
}

/**
 * Rotates the log while a link at the name of the new one comes and goes. The server takes the first name
 * that is not there, and then opens it: so the link must not be there when it looks and be there when it
 * opens. It is left nowhere: the server keeps what it has opened, and a restart finds nothing odd.
 */
async function isStuck(session: Connection, newLog: string): Promise<boolean> {
  const rotation = session.query('FLUSH BINARY LOGS').then(
    () => false,
    () => false,
  );
  const until = performance.now() + limits.windowMs;
  while (performance.now() < until && flicker(newLog));
  return Promise.race([rotation, delay(limits.rotationMs, true)]);
}

/** False when the server has made the file itself. */
function flicker(newLog: string): boolean {
  try {
    symlinkSync('/dev/full', newLog);
  } catch {
    return false;
  }
  unlinkSync(newLog);
  return true;
}

async function nextBinaryLog(session: Connection): Promise<string> {
  const logs = await rowsOf(session, 'SHOW BINARY LOGS');
  const [base, number = '0'] = String(logs.at(-1)?.Log_name).split('.');
  return `${base}.${String(Number(number) + 1).padStart(number.length, '0')}`;
}
