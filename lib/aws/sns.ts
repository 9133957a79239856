import { GetTopicAttributesCommand, PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Alert } from '../core/alert/incident.ts';
import type { Place } from '../core/text/alert-text.ts';
import { mailOf } from '../core/text/mail-text.ts';
import { REQUEST_LIMIT_MS } from '../core/time-budget.ts';
import type { AlertPort } from '../watch/ports/alerts.ts';
import { within } from './clients.ts';
import { toPortError } from './errors.ts';

/** ARNs. */
export interface Topics {
  readonly alerts: string;
  /** For alerts that escalate an incident. @default the topic of all others */
  readonly escalations?: string | undefined;
}

/**
 * Alerts, by SNS topics, in a form for each kind of subscriber. The attributes are there for filter policies
 * (docs/alerts.md). A repeated publish is a second mail and no more, so the caller may publish again after any error.
 */
export function createAlerts(sns: SNSClient, topics: Topics, place: Place): AlertPort {
  return {
    async publish(alerts) {
      const { subject, text, sms, machine, attributes } = mailOf(alerts, place);
      const { environment, severity, pair, event, incident } = attributes;
      const command = new PublishCommand({
        TopicArn: topicOf(alerts, topics),
        Subject: subject,
        MessageStructure: 'json',
        Message: JSON.stringify({ default: text, sms, https: machine }),
        MessageAttributes: {
          environment: textAttribute(environment),
          severity: textAttribute(severity),
          pair: listAttribute(pair),
          event: listAttribute(event),
          ...(incident.length === 0 ? {} : { incident: listAttribute(incident) }),
        },
      });
      await sns.send(command, within(2 * REQUEST_LIMIT_MS)).catch((error: unknown) => {
        const ids = alerts.map(({ id, code }) => `${id} (${code})`).join(', ');
        throw toPortError(error, `publishing ${ids}`);
      });
    },
    async subscriptions() {
      try {
        const command = new GetTopicAttributesCommand({ TopicArn: topics.alerts });
        const { Attributes = {} } = await sns.send(command, within(REQUEST_LIMIT_MS));
        const { SubscriptionsConfirmed: confirmed, SubscriptionsPending: pending } = Attributes;
        return { kind: 'known', confirmed: Number(confirmed ?? 0), pending: Number(pending ?? 0) };
      } catch (error) {
        return { kind: 'unknown', because: toPortError(error, 'GetTopicAttributes').message };
      }
    },
  };
}

/** A mail with anything else in it goes where all alerts go. */
function topicOf(mail: readonly Alert[], { alerts, escalations = alerts }: Topics): string {
  return mail.every(({ escalates }) => escalates === true) ? escalations : alerts;
}

function textAttribute(value: string) {
  return { DataType: 'String', StringValue: value };
}

function listAttribute(values: readonly string[]) {
  return { DataType: 'String.Array', StringValue: JSON.stringify(values) };
}
