/** What the documents of a copy share. */

/** The account on the node that is copied: it is made for one copy, and dropped after it. */
export const READER = 'keepalambda_seed';

const octet = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
export const address = `^${octet}(\\.${octet}){3}$`;

export function parameter(description: string, allowedPattern: string) {
  return { type: 'String', description, allowedPattern, interpolationType: 'ENV_VAR' } as const;
}

export const run = parameter(
  'Which copy it is, so that an earlier one does not count.',
  '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
);

/** Where a copy is noted on its host. Root's alone: it holds a password while the copy lasts. */
export const place = `
umask 077
root=\${KEEPALAMBDA_STATE:-/var/lib/keepalambda}
state=$root/seed
`.trim();
