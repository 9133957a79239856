/** What is made once and used by every lab of this user: prepared data directories, unpacked servers. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ownDirectory } from '../belongings.ts';

/** The cache of this user; `KEEPALAMBDA_CACHE` puts it elsewhere. */
export function cacheDirectory(): string {
  const base = process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
  return process.env.KEEPALAMBDA_CACHE || path.join(base, 'keepalambda');
}

/**
 * The directory `name` in the cache, made by `make` if it is not there. It appears whole or not at all, so
 * labs that start at the same time, or die while they make it, do each other no harm.
 */
export function cached(name: string, make: (directory: string) => Promise<void>): Promise<string> {
  const target = path.join(cacheDirectory(), name);
  if (existsSync(target)) return Promise.resolve(target);
  const making = drafts.get(target) ?? makeOnce(target, make).finally(() => drafts.delete(target));
  drafts.set(target, making);
  return making;
}

/** What this process is making now: two nodes of a pair want the same. */
const drafts = new Map<string, Promise<string>>();

async function makeOnce(target: string, make: (directory: string) => Promise<void>): Promise<string> {
  await mkdir(path.dirname(target), { recursive: true });
  const draft = await mkdtemp(`${target}.draft-`);
  ownDirectory(draft);
  try {
    await make(draft);
    // Somebody else was quicker: theirs is as good.
    await rename(draft, target).catch((error: unknown) => {
      if (!existsSync(target)) throw error;
    });
    return target;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
