/** The document that only looks: what work on hosts depends on, as lines of `name=value`. */
import { type Document, shellDocument } from './document.ts';
import { asRoot } from './server-script.ts';

const script = `
set -u
${asRoot}
printf 'server=%s\\n' "$server"
[ "$server" = up ] || { printf 'because=%s\\n' "$because"; exit 0; }
printf 'version=%s\\n' "$version"
`;

export const hostFacts: Document = shellDocument(
  'hostFacts',
  'Says what is set up on this host. Changes nothing.',
  40,
  script,
);
