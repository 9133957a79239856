/** Faults of new logins, while connections that are already there go on. */
import { setTimeout as delay } from 'node:timers/promises';
import { changePasswordHere } from '../servers/faults/password.ts';
import type { Instance } from '../servers/instance.ts';
import { Alerts } from './alerted.ts';
import { wanted } from './codes.ts';
import { forGood, type LabFault } from './fault.ts';

/** How long a host stands still. Milliseconds: more than a hundred logins broken off. */
const HUNG_MS = 40_000;
/** The vendors' default. */
const CONNECT_ERRORS = 100;
/** How long a password is wrong. Milliseconds: long enough for alerts to come and go. */
const REFUSED_MS = 50_000;
/** After so long, a probe that has just been started keeps the connections that it looks on. Milliseconds. */
const KEPT_MS = 6000;

export const loginFaults = {
  'probe-host-blocked': {
    about:
      'mysqld of the holder hangs for 40 s and then blocks the hosts of our probes (error 1129): it ends read-only all the same',
    expected: 'failover',
    alerts: ['failover-done'],
    endsWhole: true,
    prepare: async ({ hosts }) => {
      for (const { instance } of [hosts.db1, hosts.db2]) {
        await instance.sql(`SET GLOBAL max_connect_errors = ${CONNECT_ERRORS}`);
      }
    },
    play: async ({ hosts }, _options, story) => {
      hosts.db1.instance.hang();
      await delay(HUNG_MS);
      hosts.db1.instance.resume();
      // mysqld works its backlog off before it answers us.
      story.tell(
        'db1',
        `broken-off logins, of ${CONNECT_ERRORS} that shut out: ${await brokenOff(hosts.db1.instance)}`,
      );
      return forGood;
    },
  },
  'login-refused-holder': {
    about:
      'our password is changed on the holder only, and open connections go on: one alert, and no all-clear while it lasts',
    expected: 'stay',
    alerts: [wanted.loginRefused],
    verdict: 'serving',
    play: async (world) => {
      const alerts = new Alerts(world);
      await delay(KEPT_MS);
      const takeBack = await changePasswordHere(world.hosts.db1.instance);
      await delay(REFUSED_MS);
      return {
        takeBack,
        judge: async () => {
          const pages = alerts.of(wanted.loginRefused, 'locked-out').length;
          const clear = alerts.of('all-clear').length;
          return [
            ...(pages > 1 ? [`${pages} alerts of one refusal`] : []),
            ...(clear > 0 ? [`${clear} all-clear while logins were still refused`] : []),
          ];
        },
      };
    },
  },
} as const satisfies Record<string, LabFault>;

/** How many logins of each address the server has counted against it; MariaDB does not say. */
async function brokenOff(node: Instance): Promise<string> {
  const rows = await node.sql('SELECT host, sum_connect_errors AS n FROM performance_schema.host_cache');
  const texts = rows.filter(({ n }) => Number(n) > 0).map(({ host, n }) => `${n} from ${host}`);
  return texts.join(', ') || 'none, or it does not say';
}
