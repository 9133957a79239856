/** The alert port on the simulated SNS. */
import type { Alert } from '../../lib/core/alert/incident.ts';
import { runbookUrl } from '../../lib/core/project.ts';
import { isPlain, placeOf } from '../../lib/core/text/alert-text.ts';
import { mailOf } from '../../lib/core/text/mail-text.ts';
import type { AlertPort } from '../../lib/watch/ports/alerts.ts';
import { PortError } from '../../lib/watch/ports/port-error.ts';
import type { Context } from './context.ts';

export function createAlerts({ world, process, random, observer }: Context): AlertPort {
  const environment = { name: 'sim', region: 'eu-central-1', runbookUrl, pairs: [world.pair] };
  const place = placeOf(environment, '111122223333');
  const textOf = (alert: Alert) => mailOf([alert], place).text;
  const isRefused = (alerts: readonly Alert[]) =>
    world.refusedAlerts.size > 0 && alerts.some((alert) => world.refusedAlerts.has(textOf(alert)));
  return {
    subscriptions: () => {
      const { alerts: sns, subscriptions } = world.services;
      if (sns === 'up') return process.send(50, 0, () => ({ kind: 'known', ...subscriptions }));
      const because = 'GetTopicAttributes: SNS did not answer within 3000 ms';
      return process.send(3000, 0, () => ({ kind: 'unknown', because }));
    },
    publish: (alerts) => {
      const { alerts: sns, alertsLost, refusesOneAlert } = world.services;
      const denied = new PortError('denied', 'publish: InvalidParameterException');
      // What SNS refuses is in the text that an alert was given: nothing of it is in the plainest form.
      const faulty = alerts.find((alert) => !isPlain(alert));
      if (refusesOneAlert && faulty !== undefined) {
        world.services = { ...world.services, refusesOneAlert: false };
        world.refusedAlerts.add(textOf(faulty));
      }
      if (sns === 'denies' || isRefused(alerts)) return process.fail(random.whole(20, 90), denied);
      const timeout = new PortError('timeout', 'publish: SNS did not answer within 3000 ms');
      if (sns === 'down') return process.fail(3000, timeout);
      const publish = () => {
        for (const alert of alerts) {
          if (world.story.on) world.story.tell(`alert ${alert.code}: ${alert.happened} ${alert.done}`);
          observer.published(alert);
        }
      };
      if (random.chance(alertsLost)) {
        observer.answerLost('publish');
        return process.lose(random.whole(20, 90), 3000, publish, timeout);
      }
      return process.send(random.whole(20, 90), 0, publish);
    },
  };
}
