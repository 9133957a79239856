/** Documents of a planned restart, of the server or of its host: what is done where nothing is wrong. */
import { type Document, shellDocument } from './document.ts';
import { parameter, vipParameter } from './parameters.ts';
import { findServerUnit } from './server-process.ts';

/** How long the server may take to stop and to start before the document gives up; it kills nothing then. Seconds. */
const STOP_LIMIT_SECONDS = 1500;
const LIMIT_SECONDS = 3600;

/** By this the script asks the agent for a reboot, and to be run again after it. */
const REBOOT_CODE = 194;

/** Sets `unit`; `started` gives back which start of it this is, 0 for none; `runs` says whether it is not down yet. */
const findStart = `
set -u
${findServerUnit}
unit=$unit.service
started() { systemctl show -p ExecMainStartTimestampMonotonic "$unit" | cut -d= -f2; }
# MySQL 8 and later say themselves that they are stopping, and take as long for it as others do.
runs() { state=$(systemctl is-active "$unit") || [ "$state" = deactivating ]; }
`.trim();

/** Sets `boot`: which boot of the host this is. */
const findBoot = `
boot=$(cat "\${KEEPALAMBDA_BOOT_ID:-/proc/sys/kernel/random/boot_id}") || exit 1
`.trim();

/** `stop` ends the start that it is given by SIGTERM, and not by `systemctl stop`, which would end in a SIGKILL at the unit's own limit. */
const stopping = `
waited=0
stop() {
  systemctl kill --signal=SIGTERM "$unit"
  while [ "$(started)" = "$1" ] && runs; do
    if [ "$waited" -ge ${STOP_LIMIT_SECONDS} ]; then
      echo "$unit is still stopping after ${STOP_LIMIT_SECONDS} s; nothing was killed" >&2
      exit 1
    fi
    sleep 1
    waited=$((waited + 1))
  done
}
`.trim();

/** It waits for the end of crash recovery. */
const starting = `
systemctl start "$unit" || { echo "$unit did not start; nothing was killed" >&2; exit 1; }
systemctl is-active --quiet "$unit" || { echo "$unit is not active" >&2; exit 1; }
`.trim();

const startScript = `
${findStart}
echo "unit=$unit"
echo "started=$(started)"
${findBoot}
echo "boot=$boot"
`;

/** A start other than the one that was named has happened since: the command came twice. */
const restartScript = `
${findStart}
now=$(started)
if [ "$now" != "$SSM_Started" ] && systemctl is-active --quiet "$unit"; then
  echo "$unit was restarted already"
  exit 0
fi
${stopping}
if [ "$now" = "$SSM_Started" ] && runs; then stop "$now"; fi
${starting}
echo "$unit restarted, stopped in $waited s"
`;

/**
 * Runs before the reboot and after it. A boot other than the one that was named has happened since: then nothing is left
 * but to see that all came up. An address that is bound by hand alone is not, and the VIP would lead to nobody.
 */
const rebootScript = `
${findStart}
${findBoot}
unbound() { [ "$SSM_Bound" = yes ] && ! ip -4 -o addr show | grep -qF " $SSM_Vip/"; }
${stopping}
if [ "$boot" = "$SSM_Boot" ]; then
  if unbound; then echo "$SSM_Vip is not bound on this host; nothing was rebooted" >&2; exit 1; fi
  if runs; then stop "$(started)"; fi
  exit ${REBOOT_CODE}
fi
${starting}
if unbound; then
  echo "the reboot lost the VIP: $SSM_Vip is not bound on this host; bind it at every boot, as docs/hosts.md says" >&2
  exit 1
fi
echo "rebooted, and $unit is up"
`;

export const serverStart: Document = shellDocument(
  'serverStart',
  'Says which boot this host is at, and which start of its server. Changes nothing.',
  20,
  startScript,
);

export const plannedRestart: Document = shellDocument(
  'plannedRestart',
  'Stops mysqld and starts it again, however long both take. Kills nothing. Does nothing where it was started anew.',
  LIMIT_SECONDS,
  restartScript,
  {
    Started: parameter(
      'The start of the server that is to be ended, as serverStart says it.',
      '^[0-9]{1,20}$',
    ),
  },
);

export const plannedReboot: Document = shellDocument(
  'plannedReboot',
  'Stops mysqld, reboots this host, and sees that mysqld and the VIP are back. Kills nothing. Reboots nothing that was booted anew.',
  LIMIT_SECONDS,
  rebootScript,
  {
    ...vipParameter,
    Boot: parameter(
      'The boot that is to be ended, as serverStart says it.',
      '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
    ),
    Bound: parameter('Whether this host must have the VIP after every boot.', '^(yes|no)$'),
  },
);
