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

/**
 * An event pattern, as EventBridge has it: under each key the values that match, or a pattern for what is
 * beneath. The lab takes plain values only, no `prefix` or `anything-but`.
 */
export interface EventPattern {
  readonly [key: string]: readonly string[] | EventPattern;
}

/** A rule that sends the events of its pattern to a function. */
export interface RuleSpec {
  readonly name: string;
  readonly functionName: string;
  /** @default every event of EC2 */
  readonly pattern?: EventPattern;
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
    const whole = envelope(parts, event);
    for (const { functionName, pattern = { source: ['aws.ec2'] } } of parts.rules) {
      if (takes(pattern, whole)) parts.lambda.deliver(functionName, whole);
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

/** Whether the event has, under every key of the pattern, one of the values there. */
function takes(pattern: EventPattern, event: unknown): boolean {
  return Object.entries(pattern).every(([key, want]) => {
    const found = isRecord(event) ? event[key] : undefined;
    if (!Array.isArray(want)) return takes(want as EventPattern, found);
    return [found].flat().some((value) => want.includes(value));
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object';
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
