/** A host for the scripts of documents: a directory in which `systemctl` and `ip` are scripts too. */
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { HostDocument } from '../../lib/core/hosts/host-document.ts';
import { documents } from '../../lib/stack/documents/index.ts';
import { temporaryDirectory } from '../../lib/stack/temporary.ts';

const run = promisify(execFile);

/** A host in a directory: `systemctl` and `ip` are scripts that keep their state in files there. */
export function makeHost(units: readonly string[], systemctl = ''): { directory: string; path: string } {
  const directory = temporaryDirectory();
  const path = join(directory, 'bin');
  mkdirSync(path);
  writeFileSync(join(directory, 'addresses'), '2: ens5    inet 10.0.1.11/24 scope global ens5\n');
  const host = { directory, path };
  install(
    host,
    'systemctl',
    `${systemctl}
    case "$1" in cat) case " ${units.map((unit) => `${unit}.service`).join(' ')} " in *" $2 "*) ;; *) exit 1 ;; esac ;; esac`,
  );
  install(
    host,
    'ip',
    `case "$*" in
      '-4 -o addr show') cat addresses ;;
      '-4 -o route show default') echo 'default via 10.0.1.1 dev ens5 proto dhcp metric 100' ;;
      'addr add '*) echo "2: $5    inet $3 scope global $5" >>addresses ;;
      'addr del '*) grep -vF " $3 " addresses >rest; mv rest addresses ;;
    esac`,
  );
  return host;
}

/** Puts a command on the host's PATH, whose calls are kept. */
export function install(
  { directory, path }: { directory: string; path: string },
  name: string,
  script: string,
): void {
  writeFileSync(join(path, name), `#!/bin/sh\ncd '${directory}'\necho "${name} $*" >>calls\n${script}\n`);
  chmodSync(join(path, name), 0o755);
}

/** Runs the document as the agent does: values as variables, the lines as one script for `sh`. */
export async function runDocument(
  host: { path: string; directory: string },
  document: HostDocument,
  variables = {},
) {
  const script = documents[document].mainSteps[0].inputs.runCommand.join('\n');
  const proc = join(host.directory, 'proc');
  const env = { PATH: `${host.path}:/usr/bin:/bin`, KEEPALAMBDA_PROC: proc, ...variables };
  return run('sh', ['-c', script], { env }).then(
    ({ stdout }) => ({ code: 0, text: stdout.trim() }),
    (error: { code: number; stderr: string }) => ({ code: error.code, text: error.stderr.trim() }),
  );
}

export function calls(host: { directory: string }): string[] {
  return readFileSync(join(host.directory, 'calls'), 'utf8').trim().split('\n');
}
