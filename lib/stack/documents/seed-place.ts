/** What the documents of a copy share. */
import { parameter } from './parameters.ts';

/** The account on the node that is copied: it is made for one copy, and dropped after it. */
export const READER = 'keepalambda_seed';

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

/** Sets \`working\` to how many KB the server has of a copy that is at work here; empty where none is. */
export const findWorking = `
working=
if [ "$(cat "$state/phase" 2>/dev/null)" != copied ] && [ -f "$state/lock" ] && ! flock -n "$state/lock" true; then
  working=$(timeout 10 du -sk "$(cat "$state/datadir" 2>/dev/null)" 2>/dev/null | cut -f 1)
  working=\${working:-0}
fi
`.trim();
