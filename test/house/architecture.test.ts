/** ARCHITECTURE.md is true: its picture and its table name the rooms that there are, and imports go where it says. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
/** These hold no code that is imported, or are made by a command. */
const noRooms = ['docs', 'node_modules', 'cdk.out', 'coverage', 'dist'];

const rows = [...text.matchAll(/^\| `([a-z/]+\/)` \| ([^|]+) \|/gm)].map(([, room = '', imports = '']) => ({
  room,
  imports:
    imports.trim() === 'everything' ? null : [...imports.matchAll(/`([^`]+)`/g)].map(([, to = '']) => to),
}));
const rooms = rows.map(({ room }) => room).toSorted();

function foldersIn(directory: string): readonly string[] {
  return readdirSync(join(root, directory), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !noRooms.includes(entry.name))
    .map(({ name }) => `${directory}${name}/`)
    .filter(hasFiles);
}

/** Git leaves empty folders behind when files move. */
function hasFiles(folder: string): boolean {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).some((one) =>
    one.isFile(),
  );
}

const files = foldersIn('').flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.m?[jt]s$/.test(name))
    .map((name) => `${folder}${name}`),
);

function roomOf(path: string): string {
  const room = rooms.find((one) => path.startsWith(one));
  return room ?? `${dirname(path)}, which is no room`;
}

/** `lib/probe/ → lib/core/`, each with the files that import so. */
function arrows(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const file of files) {
    const source = readFileSync(join(root, file), 'utf8');
    for (const [, to = ''] of source.matchAll(/(?:from |import\()'(\.[^']+)'/gm)) {
      const [from, into] = [roomOf(file), roomOf(join(dirname(file), to))];
      if (from === into) continue;
      const arrow = `${from} → ${into}`;
      found.set(arrow, [...(found.get(arrow) ?? []), file]);
    }
  }
  return found;
}

test('the table has a row for each folder', () => {
  const folders = foldersIn('').flatMap((folder) => (folder === 'lib/' ? foldersIn('lib/') : [folder]));
  expect(rooms).toEqual([...folders].toSorted());
});

test('every file of lib is in a room', () => {
  expect(files.filter((file) => file.startsWith('lib/') && roomOf(file).endsWith('no room'))).toEqual([]);
});

test('the table of the rooms of lib/core has a row for each folder', () => {
  const section = /### The rooms of `lib\/core\/`\n([^#]*)/.exec(text)?.[1] ?? '';
  const named = [...section.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, room = '']) => `lib/core/${room}/`);
  expect(named.toSorted()).toEqual([...foldersIn('lib/core/')].toSorted());
});

test('the picture has each room once', () => {
  const picture = text.split('```')[1] ?? '';
  const drawn = [...picture.matchAll(/[a-z]+\/(?:[a-z]+\/)?/g)].map(([room]) => room);
  expect(drawn.toSorted()).toEqual(rooms);
});

test('imports go where the table says, and nowhere else', () => {
  const limited = rows.filter(({ imports }) => imports !== null).map(({ room }) => room);
  const allowed = rows.flatMap(({ room, imports }) => (imports ?? []).map((to) => `${room} → ${to}`));
  const made = [...arrows().keys()].filter((arrow) => limited.some((room) => arrow.startsWith(`${room} →`)));
  expect(made.toSorted()).toEqual(allowed.toSorted());
});

test.each([...text.matchAll(/`((?:[a-z-]+\/)*[a-z.*-]+\.ts)`/g)].map(([, name = '']) => name))(
  'there is a file %s',
  (name) => {
    const [start = '', end = ''] = basename(name).split('*');
    const known = name.includes('*')
      ? files.filter((file) => basename(file).startsWith(start) && file.endsWith(end))
      : files.filter((file) => (name.includes('/') ? file === name : basename(file) === name));
    expect(known).not.toEqual([]);
  },
);

test('every folder that ARCHITECTURE.md names is there', () => {
  const named = [...text.matchAll(/`((?:lib|sim|lab|tools|test|docs)\/(?:[a-z-]+\/)*)`/g)];
  expect(named.map(([, name = '']) => name).filter((name) => !existsSync(join(root, name)))).toEqual([]);
});

/** The rows of the walk: the function or class, the file that has it, and the file that calls it. */
const walk = [...text.matchAll(/^\| [a-z]+ \| `(\w+)` in `([^`]+)`.* \| `([^`]+)` \|$/gm)].map(
  ([, name = '', file = '', caller = '']) => ({ name, file, caller }),
);

test('the walk from a file to an alert has no gap', () => {
  expect(walk.length).toBeGreaterThan(15);
});

test.each(walk)('$name is made in $file and used in $caller', ({ name, file, caller }) => {
  const sourceOf = (path: string) => readFileSync(join(root, path), 'utf8');
  expect(sourceOf(file)).toMatch(new RegExp(`^export (async function|function|class) ${name}\\b`, 'm'));
  const withoutImports = sourceOf(caller).replaceAll(/^import [^;]*;$/gm, '');
  expect(withoutImports).toMatch(new RegExp(`\\b${name}\\b`));
});
