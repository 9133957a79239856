/** What starts functions without a caller: EventBridge Scheduler and EventBridge rules. */
import { randomUUID } from 'node:crypto';
import type { AwsEvents } from './events.ts';
import type { Lambda } from './lambda.ts';

export interface ScheduleSpec {
  readonly name: string;
  readonly functionName: string;
  /** @default 60000, the least that AWS has */
  readonly everyMs?: number;
  /** The event that the target gets. @default the one that Scheduler makes */
  readonly input?: unknown;
  /** How many invocations are under way at the start, as in a system that has been running. @default 1 */
  readonly atStart?: number;
}

/** A rule that sends EC2's "Instance State-change Notification" to a function. */
export interface RuleSpec {
  readonly name: string;
  readonly functionName: string;
  /** @default every state */
  readonly states?: readonly string[];
  /** @default every instance */
  readonly instanceIds?: readonly string[];
}

export interface EventBridgeEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}

export interface Scheduler {
  /** Fires now, and then every `everyMs`. Gives back what stops it. */
  start(schedule: ScheduleSpec): () => void;
  /** Sends an event to every function whose rule takes it. */
  putEvent(event: Pick<EventBridgeEvent, 'detail-type' | 'source' | 'resources' | 'detail'>): void;
  close(): void;
}

export interface SchedulerParts {
  readonly region: string;
  readonly account: string;
  readonly lambda: Lambda;
  readonly events: AwsEvents;
  readonly rules: readonly RuleSpec[];
}

/** No schedule yet; rules are live at once. */
export function createScheduler(parts: SchedulerParts): Scheduler {
  const timers = new Set<NodeJS.Timeout>();
  const putEvent: Scheduler['putEvent'] = (event) => {
    for (const rule of parts.rules) {
      if (takes(rule, event)) parts.lambda.deliver(rule.functionName, envelope(parts, event));
    }
  };
  parts.events.on('instanceState', ({ instanceId, state }) =>
    putEvent({
      'detail-type': 'EC2 Instance State-change Notification',
      source: 'aws.ec2',
      resources: [`arn:aws:ec2:${parts.region}:${parts.account}:instance/${instanceId}`],
      detail: { 'instance-id': instanceId, state },
    }),
  );
  return {
    putEvent,
    start(schedule) {
      const fire = () =>
        parts.lambda.deliver(schedule.functionName, schedule.input ?? scheduled(parts, schedule));
      for (let count = schedule.atStart ?? 1; count > 0; count -= 1) fire();
      const timer = setInterval(fire, schedule.everyMs ?? 60_000);
      timer.unref();
      timers.add(timer);
      return () => clearInterval(timer);
    },
    close() {
      for (const timer of timers) clearInterval(timer);
    },
  };
}

function takes(rule: RuleSpec, event: { readonly source: string; readonly detail: unknown }): boolean {
  const detail = event.detail as { readonly state?: string; readonly 'instance-id'?: string };
  return (
    event.source === 'aws.ec2' &&
    (rule.states?.includes(detail.state ?? '') ?? true) &&
    (rule.instanceIds?.includes(detail['instance-id'] ?? '') ?? true)
  );
}

function scheduled(parts: SchedulerParts, schedule: ScheduleSpec): EventBridgeEvent {
  return envelope(parts, {
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    resources: [`arn:aws:scheduler:${parts.region}:${parts.account}:schedule/default/${schedule.name}`],
    detail: '{}',
  });
}

function envelope(
  parts: SchedulerParts,
  event: Pick<EventBridgeEvent, 'detail-type' | 'source' | 'resources' | 'detail'>,
): EventBridgeEvent {
  return {
    version: '0',
    id: randomUUID(),
    account: parts.account,
    time: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    region: parts.region,
    ...event,
  };
}
