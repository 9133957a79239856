/**
 * What a server's system knows hosts by. A server with its vendor's defaults looks up the name of everybody who
 * logs in. In a VPC every address has one; here a hosts file in the server's own mount namespace gives it, and no
 * question leaves the machine. Where mount namespaces are not to be had, the machine's own resolver answers.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Nobody listens there, so a name that is not in the file is refused at once. */
const NOWHERE = '127.255.255.254';

const files = { hosts: 'hosts', resolver: 'resolv.conf' } as const;

/** Writes the files that `wordsFor` puts in place. */
export async function writeNames(
  directory: string,
  hostNames: Readonly<Record<string, string>>,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  const lines = Object.entries({ '127.0.0.1': 'localhost', ...hostNames });
  const hosts = lines.map(([address, name]) => `${address} ${name}\n`).join('');
  await writeFile(path.join(directory, files.hosts), hosts);
  await writeFile(
    path.join(directory, files.resolver),
    `nameserver ${NOWHERE}\noptions timeout:1 attempts:1\n`,
  );
}

/** Only what is there can be replaced. */
const script = `
for name in ${files.hosts} ${files.resolver}; do
  [ -e "/etc/$name" ] && mount --bind "$0/$name" "/etc/$name"
done
exec "$@"
`;

/** What stands before a server's command so that it knows these names; nothing where it cannot be done. */
export function wordsFor(directory: string): readonly string[] {
  const namespace = namespaceWords();
  return namespace === null || !existsSync(directory) ? [] : [...namespace, 'sh', '-c', script, directory];
}

let known: readonly string[] | null | undefined;

/** Asked once: how this user gets a mount namespace, if at all. */
function namespaceWords(): readonly string[] | null {
  if (known !== undefined) return known;
  const asRoot = ['unshare', '--mount'];
  const words = process.getuid?.() === 0 ? asRoot : [...asRoot, '--user', '--map-root-user'];
  const [command = '', ...rest] = words;
  const probe = [...rest, 'sh', '-c', 'mount --bind /etc/hosts /etc/hosts'];
  known = spawnSync(command, probe, { stdio: 'ignore' }).status === 0 ? words : null;
  return known;
}
