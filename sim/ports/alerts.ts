/** The alert port on the simulated SNS. */
import { alertBody, isPlain } from '../../lib/core/text/alert-text.ts';
import { type AlertPort, PortError } from '../../lib/watch/ports.ts';
import type { Context } from './context.ts';

export function createAlerts({ world, process, random, observer }: Context): AlertPort {
  return {
    publish: (alert) => {
      const { alerts, alertsLost, refusesOneAlert } = world.services;
      const denied = new PortError('denied', 'publish: InvalidParameterException');
      // What SNS refuses is in the text that an alert was given: nothing of it is in the plainest form.
      if (refusesOneAlert && !isPlain(alert)) {
        world.services = { ...world.services, refusesOneAlert: false };
        world.refusedAlerts.add(alertBody(alert));
      }
      if (alerts === 'denies' || world.refusedAlerts.has(alertBody(alert)))
        return process.fail(random.whole(20, 90), denied);
      const timeout = new PortError('timeout', 'publish: SNS did not answer within 3000 ms');
      if (alerts === 'down') return process.fail(3000, timeout);
      const publish = () => {
        if (world.story.on) world.story.tell(`alert ${alert.code}: ${alert.happened} ${alert.done}`);
        observer.published(alert);
      };
      if (random.chance(alertsLost)) {
        observer.answerLost('publish');
        return process.lose(random.whole(20, 90), 3000, publish, timeout);
      }
      return process.send(random.whole(20, 90), 0, publish);
    },
  };
}
