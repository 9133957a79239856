/** Documents of a planned restart: what is done to a server that nothing is wrong with. */
import { type Document, shellDocument } from './document.ts';
import { findUnit } from './server-script.ts';

/** How long the server may take to stop and to start before the document gives up; it kills nothing then. Seconds. */
const STOP_LIMIT_SECONDS = 1500;
const LIMIT_SECONDS = 3600;

/** Sets `unit`; `started` gives back which start of it this is, 0 for none. */
const findStart = `
set -u
${findUnit()}
unit=$unit.service
started() { systemctl show -p ExecMainStartTimestampMonotonic "$unit" | cut -d= -f2; }
`.trim();

const startScript = `
${findStart}
echo "unit=$unit"
echo "started=$(started)"
`;

/**
 * SIGTERM by hand and not \`systemctl stop\`, which would end in a SIGKILL at the unit's own limit. A start other than the one
 * that was named has happened since: the command came twice.
 */
const restartScript = `
${findStart}
now=$(started)
if [ "$now" != "$SSM_Started" ] && systemctl is-active --quiet "$unit"; then
  echo "$unit was restarted already"
  exit 0
fi
waited=0
if [ "$now" = "$SSM_Started" ] && systemctl is-active --quiet "$unit"; then
  systemctl kill --signal=SIGTERM "$unit"
  while [ "$(started)" = "$SSM_Started" ] && systemctl is-active --quiet "$unit"; do
    if [ "$waited" -ge ${STOP_LIMIT_SECONDS} ]; then
      echo "$unit is still stopping after ${STOP_LIMIT_SECONDS} s; nothing was killed" >&2
      exit 1
    fi
    sleep 1
    waited=$((waited + 1))
  done
fi
# It waits for the end of crash recovery.
systemctl start "$unit" || { echo "$unit did not start; nothing was killed" >&2; exit 1; }
systemctl is-active --quiet "$unit" || { echo "$unit is not active" >&2; exit 1; }
echo "$unit restarted, stopped in $waited s"
`;

export const serverStart: Document = shellDocument(
  'serverStart',
  'Says which start of its server this host is at. Changes nothing.',
  20,
  startScript,
);

export const plannedRestart: Document = shellDocument(
  'plannedRestart',
  'Stops mysqld and starts it again, however long both take. Kills nothing. Does nothing where it was started anew.',
  LIMIT_SECONDS,
  restartScript,
  {
    Started: {
      type: 'String',
      description: 'The start of the server that is to be ended, as serverStart says it.',
      allowedPattern: '^[0-9]{1,20}$',
      interpolationType: 'ENV_VAR',
    },
  },
);
