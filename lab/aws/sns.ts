/** SNS: publishing, with its rules for subjects and every message kept with its time, and who has subscribed. */
import { randomUUID } from 'node:crypto';
import { ApiError, type Service, unknownAction } from './api.ts';
import type { AwsEvents, Message } from './events.ts';
import { Form, queryAnswer, queryError } from './query.ts';

const namespace = 'http://sns.amazonaws.com/doc/2010-03-31/';
/** SNS takes 256 KB, in bytes, with the message's attributes. */
const messageLimitBytes = 262_144;

export interface Sns {
  readonly service: Service;
  /** Everything published, oldest first. */
  readonly messages: readonly Message[];
}

export interface SubscriptionSpec {
  readonly topicArn: string;
  readonly protocol: string;
  readonly endpoint: string;
  readonly confirmed: boolean;
}

/** The SNS service with these topics (ARNs). */
export function createSns(
  topicArns: readonly string[],
  events: AwsEvents,
  subscriptions: readonly SubscriptionSpec[] = [],
): Sns {
  const messages: Message[] = [];
  const service: Service = {
    name: 'sns',
    actionOf: (request) => new Form(request).text('Action') ?? '',
    async handle(action, request) {
      if (action === 'ListSubscriptionsByTopic')
        return queryAnswer(action, namespace, listed(new Form(request), topicArns, subscriptions));
      if (action === 'GetTopicAttributes')
        return queryAnswer(action, namespace, attributesOf(new Form(request), topicArns, subscriptions));
      if (action !== 'Publish') throw unknownAction('sns', action);
      const message = checked(new Form(request), topicArns);
      messages.push(message);
      events.emit('message', message);
      return queryAnswer(action, namespace, { MessageId: message.messageId });
    },
    renderError: (error) => queryError(namespace, error),
    throttled: new ApiError('Throttled', 'Rate exceeded', 429),
    denied: (why) => new ApiError('AuthorizationError', why, 403),
  };
  return { service, messages };
}

function listed(
  form: Form,
  topicArns: readonly string[],
  subscriptions: readonly SubscriptionSpec[],
): Readonly<Record<string, unknown>> {
  const topicArn = knownTopic(form.text('TopicArn') ?? '', topicArns);
  const member = subscriptions
    .filter((one) => one.topicArn === topicArn)
    .map(({ protocol, endpoint, confirmed }) => ({
      // What SNS shows in place of an ARN until somebody confirms.
      SubscriptionArn: confirmed ? `${topicArn}:${randomUUID()}` : 'PendingConfirmation',
      Owner: topicArn.split(':')[4],
      Protocol: protocol,
      Endpoint: endpoint,
      TopicArn: topicArn,
    }));
  return { Subscriptions: { member } };
}

/** What SNS says of a topic, as far as anybody here asks: counts are text, as every attribute. */
function attributesOf(
  form: Form,
  topicArns: readonly string[],
  subscriptions: readonly SubscriptionSpec[],
): Readonly<Record<string, unknown>> {
  const topicArn = knownTopic(form.text('TopicArn') ?? '', topicArns);
  const own = subscriptions.filter((one) => one.topicArn === topicArn);
  const confirmed = own.filter((one) => one.confirmed).length;
  const attributes = {
    TopicArn: topicArn,
    Owner: topicArn.split(':')[4],
    SubscriptionsConfirmed: confirmed,
    SubscriptionsPending: own.length - confirmed,
    SubscriptionsDeleted: 0,
  };
  return { Attributes: { entry: Object.entries(attributes).map(([key, value]) => ({ key, value })) } };
}

function knownTopic(topicArn: string, topicArns: readonly string[]): string {
  if (!topicArns.includes(topicArn)) throw new ApiError('NotFound', 'Topic does not exist', 404);
  return topicArn;
}

function checked(form: Form, topicArns: readonly string[]): Message {
  const topicArn = knownTopic(form.text('TopicArn') ?? form.text('TargetArn') ?? '', topicArns);
  const subject = form.text('Subject') ?? null;
  const published = form.text('Message') ?? '';
  if (subject !== null && !isSubject(subject)) throw invalid('Subject');
  if (published === '') throw invalid('Empty message');
  if (Buffer.byteLength(published) > messageLimitBytes) throw invalid('Message too long');
  const { default: message, ...variants } = structured(form, published);
  return {
    atMs: Date.now(),
    messageId: randomUUID(),
    topicArn,
    subject,
    message,
    variants,
    attributes: form.attributes('MessageAttributes'),
  };
}

/** A message with `MessageStructure: json` has a text for each protocol, and one for all others. */
function structured(form: Form, published: string): { readonly default: string } & Record<string, string> {
  if (form.text('MessageStructure') !== 'json') return { default: published };
  const texts: unknown = JSON.parse(published);
  if (typeof texts === 'object' && texts !== null && 'default' in texts)
    return texts as { default: string } & Record<string, string>;
  throw invalid('Message Structure - No default entry in JSON message body');
}

/** ASCII, beginning with a letter, a digit or punctuation; no line breaks or control characters; under 100. */
function isSubject(subject: string): boolean {
  return subject.length < 100 && /^[\x21-\x7e][\x20-\x7e]*$/.test(subject);
}

function invalid(what: string): ApiError {
  return new ApiError('InvalidParameter', `Invalid parameter: ${what}`);
}
