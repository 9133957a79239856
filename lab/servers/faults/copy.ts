/** A copy of a node's data, to be put back as a restored volume would be. */
import { cp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Instance } from '../instance.ts';

/** Copies the data of a stopped node; gives back what puts them in the place of the node's own, again stopped. */
export async function copyData(node: Instance): Promise<() => Promise<void>> {
  const copy = path.join(node.directory, 'copy');
  await cp(node.dataDirectory, copy, { recursive: true });
  return async () => {
    await rm(node.dataDirectory, { recursive: true });
    await cp(copy, node.dataDirectory, { recursive: true });
  };
}
