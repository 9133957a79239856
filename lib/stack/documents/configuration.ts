/** The document that writes our file beside the server's own, and sets at once what needs no restart. */
import {
  type ConfigurationValues,
  linesFor,
  renderConfiguration,
  valueIn,
} from '../../core/setup/configuration.ts';
import { type Document, shellDocument } from './document.ts';
import { configurationParameters } from './parameters.ts';
import { findServerUnit, runningServers } from './server-process.ts';
import { asRoot, byKind, fileName, includeDirectory, needsServer } from './server-script.ts';

/** The values as the shell has them. */
const values = Object.fromEntries(
  Object.keys(configurationParameters).map((name) => [name, `$SSM_${name}`]),
) as unknown as ConfigurationValues;

const content = byKind((kind) => ['cat > "$file.$$" <<FILE', ...renderConfiguration(kind, values), 'FILE']);

/** A server that does not know a variable, as one of another version, keeps its own. */
const settings = byKind((kind) =>
  linesFor(kind).flatMap(({ variable, value, changesAtOnce }) =>
    variable === null || !changesAtOnce
      ? []
      : [`sql "SET GLOBAL ${variable} = ${valueIn(value, values)}" || true`],
  ),
);

const script = `
set -u
umask 022
${asRoot}
${needsServer}
${findServerUnit}
${includeDirectory}
[ -z "$sharing" ] || { echo "the servers of$sharing read the same files" >&2; exit 3; }
[ -n "$includedir" ] || { echo 'no !includedir in any file that the server reads' >&2; exit 3; }
mkdir -p "$includedir" || exit 1
file=$includedir/${fileName}
${content}
[ -s "$file.$$" ] || exit 1
mv "$file.$$" "$file" || exit 1
${settings}
echo "$file written"
`;

const removeScript = `
set -u
${runningServers}
${includeDirectory}
file=$includedir/${fileName}
if [ -z "$includedir" ] || [ ! -e "$file" ]; then echo "no ${fileName}"; exit 0; fi
rm -f "$file" || exit 1
echo "$file removed; it counts until the next restart"
`;

export const writeConfiguration: Document = shellDocument(
  'writeConfiguration',
  "Writes keepalambda's part of the server's configuration.",
  60,
  script,
  configurationParameters,
);

export const removeConfiguration: Document = shellDocument(
  'removeConfiguration',
  "Removes keepalambda's part of the server's configuration.",
  30,
  removeScript,
);
