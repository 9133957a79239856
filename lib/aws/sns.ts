import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { alertBody, alertSubject } from '../core/text/alert-text.ts';
import { REQUEST_LIMIT_MS } from '../core/time-budget.ts';
import type { AlertPort } from '../watch/ports.ts';
import { within } from './clients.ts';
import { toPortError } from './errors.ts';

/**
 * Alerts, by one SNS topic. The attributes `code` and `pair` are there for subscriptions that filter. A repeated
 * publish is a second e-mail and no more, so the caller may publish again after any error.
 */
export function createAlerts(sns: SNSClient, topicArn: string): AlertPort {
  return {
    async publish(alert) {
      const command = new PublishCommand({
        TopicArn: topicArn,
        Subject: alertSubject(alert),
        Message: alertBody(alert),
        MessageAttributes: {
          code: { DataType: 'String', StringValue: alert.code },
          pair: { DataType: 'String', StringValue: alert.pair },
        },
      });
      await sns.send(command, within(2 * REQUEST_LIMIT_MS)).catch((error: unknown) => {
        throw toPortError(error, `publishing alert ${alert.id} (${alert.code})`);
      });
    },
  };
}
