/** Chromium, from Debian: for the tests of pages, and for the pictures in the documents. */
import { chmod, copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { unpacked, unpackedBinary } from './debian.ts';

/**
 * The path of a program that starts it; its files go into `directory`. It is fetched the first time. Throws a `LabError` when
 * it cannot be had.
 */
export async function chromiumIn(directory: string): Promise<string> {
  const root = await unpacked({
    name: 'browsers/chromium',
    suite: 'bookworm',
    packages: ['chromium', 'fonts-dejavu-core'],
    instead: 'test pages on a machine with Debian',
  });
  const home = path.join(root, 'usr/lib/chromium');
  const { command, args } = await unpackedBinary(root, 'usr/lib/chromium/chromium');
  const [option = '', libraries = '', program = ''] = args;
  const own = path.join(root, 'usr/lib/x86_64-linux-gnu/pulseaudio');
  // Chromium looks for its files beside what /proc/self/exe names, which is the loader.
  const loader = path.join(home, 'loader');
  if (!(await readdir(home)).includes('loader')) await copyFile(command, loader);
  await chmod(loader, 0o755);
  await mkdir(directory, { recursive: true });
  const [script, fonts] = [path.join(directory, 'chromium'), path.join(directory, 'fonts.conf')];
  await writeFile(fonts, fontsOf(path.join(root, 'usr/share/fonts'), path.join(directory, 'fonts')));
  const words = [
    loader,
    option,
    `${libraries}:${own}`,
    program,
    // Every other process of it is started by this script too. It loads our own pages only.
    ...['--no-zygote', '--no-sandbox', `--browser-subprocess-path=${script}`],
  ];
  const quoted = words.map((word) => `'${word}'`).join(' ');
  await writeFile(script, `#!/bin/sh\nexport FONTCONFIG_FILE='${fonts}'\nexec ${quoted} "$@"\n`, {
    mode: 0o755,
  });
  return script;
}

function fontsOf(fonts: string, cache: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${fonts}</dir><cachedir>${cache}</cachedir></fontconfig>
`;
}
