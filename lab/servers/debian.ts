/**
 * Programs from Debian packages, without root and without touching the system: apt with directories of its own
 * fetches packages and what they depend on, `dpkg -x` unpacks them into the cache, and the program runs on the
 * unpacked C library, so that an older system is no obstacle. The mirror is the one that apt has here.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LabError } from '../errors.ts';
import { cached } from './cache.ts';
import { type Binary, run } from './product.ts';

export interface DebianPackages {
  /** Its place in the cache, such as `servers/mysql-9.7`. */
  readonly name: string;
  readonly suite: string;
  readonly packages: readonly string[];
  /** What one can do without them, for who cannot fetch them. */
  readonly instead: string;
}

/** Where the mirror is, for machines whose apt has none of Debian. */
const mirrorVariable = 'KEEPALAMBDA_DEBIAN_MIRROR';

/** The directory in which the packages are unpacked; fetched the first time (about a minute). */
export function unpacked(wanted: DebianPackages): Promise<string> {
  return cached(wanted.name, async (draft) => {
    try {
      await fetch(wanted, draft);
    } catch (cause) {
      if (cause instanceof LabError) throw cause;
      throw new LabError(
        {
          got: `no ${path.basename(wanted.name)}: ${(cause as Error).message}`,
          want: `the Debian packages ${wanted.packages.join(', ')} of ${wanted.suite}`,
          remedy: `see that apt-get works here, or put the URL of a Debian mirror into ${mirrorVariable}, or ${wanted.instead}`,
        },
        { cause },
      );
    }
  });
}

/** Runs a program of an unpacked package on the package's own C library. */
export async function unpackedBinary(root: string, program: string): Promise<Binary> {
  const libraries = await libraryDirectories(root);
  const loader = await findLoader(libraries);
  return {
    command: loader,
    args: ['--library-path', libraries.join(':'), path.join(root, program)],
    env: {},
  };
}

async function fetch(wanted: DebianPackages, draft: string): Promise<void> {
  const apt = path.join(draft, 'apt');
  const packages = path.join(apt, 'packages');
  await mkdir(path.join(apt, 'state/lists/partial'), { recursive: true });
  await mkdir(path.join(apt, 'cache/archives/partial'), { recursive: true });
  await mkdir(packages);
  // Nothing counts as installed: what the program needs is fetched whole.
  await writeFile(path.join(apt, 'status'), '');
  await writeFile(
    path.join(apt, 'sources.list'),
    `deb ${signer()}${await mirror(apt, wanted)} ${wanted.suite} main\n`,
  );
  await aptGet(apt, ['update']);
  const names = dependencies(await aptGet(apt, ['install', '--simulate', ...wanted.packages]));
  await run(program('sh'), [
    '-c',
    'cd "$0" && exec apt-get "$@"',
    packages,
    ...options(apt),
    'download',
    ...names,
  ]);
  for (const name of await readdir(packages)) {
    await run(program('dpkg'), ['-x', path.join(packages, name), draft]);
  }
  await rm(apt, { recursive: true });
}

/** All that apt would install, but for perl: only scripts beside the programs are written in it. */
function dependencies(simulation: string): readonly string[] {
  const names = [...simulation.matchAll(/^Inst (\S+)/gm)].map(([, name = '']) => name);
  return names.filter((name) => !/perl|^libdb5|^libgdbm/.test(name));
}

/** The first Debian archive among the machine's own sources of packages. */
async function mirror(apt: string, { instead }: DebianPackages): Promise<string> {
  const given = process.env[mirrorVariable];
  if (given) return given;
  const own = ['-o', `Dir::State=${apt}/state`, '-o', `Dir::Cache=${apt}/cache`];
  const uris = await run(program('apt-get'), [...own, 'update', '--print-uris']);
  const [, found] = /^'(\S+\/debian\/)dists\//m.exec(uris) ?? [];
  if (found) return found;
  throw new LabError({
    got: 'no Debian archive among the sources of apt',
    want: 'one to fetch from',
    remedy: `put the URL of a Debian mirror into ${mirrorVariable}, or ${instead}`,
  });
}

/** Debian's own keys, where they are; otherwise those that apt trusts here. */
function signer(): string {
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  return existsSync(keyring) ? `[signed-by=${keyring}] ` : '';
}

function aptGet(apt: string, args: readonly string[]): Promise<string> {
  return run(program('apt-get'), [...options(apt), ...args]);
}

function options(apt: string): readonly string[] {
  const settings = {
    'Dir::State': `${apt}/state`,
    'Dir::State::status': `${apt}/status`,
    'Dir::Cache': `${apt}/cache`,
    'Dir::Etc::sourcelist': `${apt}/sources.list`,
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
    'APT::Install-Recommends': 'false',
    'Acquire::Languages': 'none',
    // A mirror that cannot be reached is an error here, not a warning that a later one hides.
    'APT::Update::Error-Mode': 'any',
    // As root, apt would fetch as a user who cannot write here.
    'APT::Sandbox::User': 'root',
    'Debug::NoLocking': 'true',
  };
  return Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
}

function program(command: string): Binary {
  return { command, args: [], env: { LC_ALL: 'C' } };
}

/** `lib/TRIPLET` and `usr/lib/TRIPLET`, whichever there are. */
async function libraryDirectories(root: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const base of ['lib', 'usr/lib']) {
    const names = await readdir(path.join(root, base)).catch(() => []);
    found.push(
      ...names.filter((name) => name.endsWith('-linux-gnu')).map((name) => path.join(root, base, name)),
    );
  }
  return found;
}

async function findLoader(libraries: readonly string[]): Promise<string> {
  for (const directory of libraries) {
    const names = await readdir(directory);
    const name = names.find((candidate) => /^ld-linux.*\.so\.\d$/.test(candidate));
    if (name) return path.join(directory, name);
  }
  throw new Error(`no ld-linux in ${libraries.join(', ')}`);
}
