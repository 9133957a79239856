/**
 * Who is at the other end of a connection that comes from no address of its own. A server that replicates
 * connects from 127.0.0.1 (MariaDB cannot be told otherwise), so the kernel is asked whose socket it is.
 */
import { readdir, readFile, readlink } from 'node:fs/promises';

/** The process among `pids` that owns the client end of this connection; null when none does. */
export async function ownerOf(
  client: { readonly address: string; readonly port: number },
  pids: readonly number[],
): Promise<number | null> {
  const inode = await inodeOf(client);
  if (inode === null) return null;
  for (const pid of pids) if (await holds(pid, `socket:[${inode}]`)) return pid;
  return null;
}

/** /proc/net/tcp: a line per socket, `sl local remote state … inode` with the local end in hexadecimal. */
async function inodeOf({ address, port }: { address: string; port: number }): Promise<string | null> {
  const table = await readFile('/proc/net/tcp', 'utf8');
  const local = ` ${hexadecimal(address)}:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  for (const line of table.split('\n')) {
    // The remote end stands to the right of the local one; only the local end is asked for.
    if (line.indexOf(local) !== line.indexOf(': ') + 1) continue;
    return line.trim().split(/\s+/)[9] ?? null;
  }
  return null;
}

/** The bytes of the address as the kernel prints them: little-endian. */
function hexadecimal(address: string): string {
  const bytes = address.split('.').map((byte) => Number(byte).toString(16).toUpperCase().padStart(2, '0'));
  return bytes.reverse().join('');
}

async function holds(pid: number, link: string): Promise<boolean> {
  const directory = `/proc/${pid}/fd`;
  const names = await readdir(directory).catch(() => []);
  const links = await Promise.all(names.map((name) => readlink(`${directory}/${name}`).catch(() => '')));
  return links.includes(link);
}
