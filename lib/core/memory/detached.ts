/**
 * The channels that failovers have detached: one into each node at the most. After two failovers in a row, both may be: the one
 * that the first detached leads into the node that the second has left.
 */
import type { NodeName } from '../names.ts';
import type { DetachedChannel, Memory } from './memory.ts';

type Known = Pick<Memory, 'detached'>;

/** The newest first. */
export function detachedChannels({ detached }: Known): readonly DetachedChannel[] {
  if (detached?.earlier === undefined) return detached === null ? [] : [detached];
  const { earlier, ...newest } = detached;
  return [newest, earlier];
}

/** The one into this node; null where that is not detached. */
export function detachedInto(memory: Known, node: NodeName): DetachedChannel | null {
  return detachedChannels(memory).find((channel) => channel.node === node) ?? null;
}

/** Memory with a channel that was detached now, in place of an older note on the channel into the same node. */
export function withDetached(memory: Memory, channel: DetachedChannel): Memory {
  return { ...memory, detached: noted([channel, ...detachedChannels(memory).filter(isOther(channel.node))]) };
}

/** Memory without the one into this node, because it is attached. */
export function withoutDetached(memory: Memory, node: NodeName): Memory {
  return { ...memory, detached: noted(detachedChannels(memory).filter(isOther(node))) };
}

/** Memory with each as it is now, null for one that is detached no more. The same memory comes back when nothing has changed. */
export function updateDetached(
  memory: Memory,
  update: (channel: DetachedChannel) => DetachedChannel | null,
): Memory {
  const before = detachedChannels(memory);
  const after = before.map(update);
  if (after.every((channel, index) => channel === before[index])) return memory;
  return { ...memory, detached: noted(after.filter((channel) => channel !== null)) };
}

function isOther(node: NodeName) {
  return (channel: DetachedChannel) => channel.node !== node;
}

function noted([newest, earlier]: readonly DetachedChannel[]): DetachedChannel | null {
  if (newest === undefined) return null;
  return earlier === undefined ? newest : { ...newest, earlier };
}
