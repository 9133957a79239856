/** Documents that restart a service of the host: a repair, run when a node has lost the check. */
import { LEFT_ALONE } from '../../core/hosts/host-document.ts';
import { type Document, shellDocument } from './document.ts';
import { restartParameters } from './parameters.ts';
import { place, removeHeadless } from './seed-place.ts';
import { findServerUnit } from './server-process.ts';

/** How long a stop may take before the service is killed. Seconds. A hung mysqld never stops by itself. */
const STOP_LIMIT_SECONDS = 45;
/** How long a server may take to answer a client on its own host. Seconds. */
const ANSWER_LIMIT_SECONDS = 5;

/**
 * Leaves a server alone that answers on its own host, if that is asked for: who ordered its restart because nobody gets to it
 * looks at it from afar, and only the way there is broken. Any error that the server itself gives is an answer, too.
 */
const spareAnswering = `
answers() {
  client=mysql; command -v mysql >/dev/null 2>&1 || client=mariadb
  said=$(timeout ${ANSWER_LIMIT_SECONDS + 1} "$client" --connect-timeout=${ANSWER_LIMIT_SECONDS} -N -B -e 'SELECT 1' 2>&1) ||
    printf '%s\\n' "$said" | grep -q '^ERROR [13-9][0-9][0-9][0-9]'
}
if [ "$SSM_Answering" = spare ] && answers; then
  echo "$unit answers on its own host: ${LEFT_ALONE}"
  exit 0
fi
`.trim();

/**
 * Restarts the unit that was found. A unit that failed too often refuses to start until that is forgotten; one that is
 * starting is left alone. `between`: what is done while it is down.
 */
function restartScript(find: string, between = ':'): string {
  return `
set -u
${find}
# It is on its way up, perhaps in crash recovery: stopped now, it would begin again.
if [ "$(systemctl is-active "$unit.service" 2>/dev/null)" = activating ]; then
  echo "$unit is starting (crash recovery takes its time): ${LEFT_ALONE}"
  exit 0
fi
systemctl reset-failed "$unit.service" 2>/dev/null || true
if ! timeout ${STOP_LIMIT_SECONDS} systemctl stop "$unit.service"; then
  echo "$unit did not stop in ${STOP_LIMIT_SECONDS} s: killed"
  systemctl kill --signal=SIGKILL "$unit.service"
fi
${between}
systemctl start "$unit.service" || { echo "$unit did not start: journalctl -u $unit on this host says why" >&2; exit 1; }
systemctl is-active --quiet "$unit.service" || { echo "$unit is not active: journalctl -u $unit on this host says why" >&2; exit 1; }
echo "$unit restarted"
`;
}

const findKeepalived = `
unit=keepalived
if ! systemctl cat "$unit.service" >/dev/null 2>&1; then echo "no unit of $unit on this host" >&2; exit 3; fi
`.trim();

export const restartMysqld: Document = shellDocument(
  'restartMysqld',
  'Restarts mysqld, whatever its unit is called on this host.',
  150,
  restartScript(`${findServerUnit}\n${spareAnswering}`, `${place}\n${removeHeadless}`),
  restartParameters,
);

export const restartKeepalived: Document = shellDocument(
  'restartKeepalived',
  'Restarts keepalived, for hosts that still run it beside mysqld.',
  90,
  restartScript(findKeepalived),
);
