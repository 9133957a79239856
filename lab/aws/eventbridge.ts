/** EventBridge: PutEvents, with its rules for an entry; every event is kept. The lab's rules (`scheduler.ts`) take none of them. */
import { randomUUID } from 'node:crypto';
import { ApiError, type ApiRequest, json, jsonError, type Service, unknownAction } from './api.ts';
import type { AwsEvents, PutEvent } from './events.ts';

/** PutEvents takes 256 KB in one call, and ten entries. */
const CALL_LIMIT_BYTES = 262_144;
const ENTRIES_MAX = 10;

export interface EventBridge {
  readonly service: Service;
  /** Everything that was put, oldest first. */
  readonly events: readonly PutEvent[];
}

interface Entry {
  readonly EventBusName?: string;
  readonly Source?: string;
  readonly DetailType?: string;
  readonly Detail?: string;
}

/** The service, with the default bus and every other that is named. */
export function createEventBridge(events: AwsEvents): EventBridge {
  const put: PutEvent[] = [];
  const take = (entry: Entry): Readonly<Record<string, string>> => {
    const event = eventOf(entry);
    if (typeof event === 'string') return { ErrorCode: 'MalformedDetail', ErrorMessage: event };
    put.push(event);
    events.emit('event', event);
    return { EventId: randomUUID() };
  };
  return {
    events: put,
    service: {
      name: 'events',
      actionOf: (request: ApiRequest) => String(request.headers['x-amz-target'] ?? '').split('.')[1] ?? '',
      async handle(action, { body }) {
        if (action !== 'PutEvents') throw unknownAction('events', action);
        const { Entries = [] } = JSON.parse(body.toString('utf8')) as { Entries?: readonly Entry[] };
        if (Entries.length === 0 || Entries.length > ENTRIES_MAX)
          throw new ApiError(
            'ValidationException',
            `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length less than or equal to ${ENTRIES_MAX}`,
          );
        if (body.length > CALL_LIMIT_BYTES)
          throw new ApiError(
            'ValidationException',
            'Total size of the entries in the request is over the limit.',
          );
        const answers = Entries.map(take);
        const FailedEntryCount = answers.filter(({ ErrorCode }) => ErrorCode !== undefined).length;
        return json({ FailedEntryCount, Entries: answers });
      },
      renderError: jsonError,
      throttled: new ApiError('ThrottlingException', 'Rate exceeded'),
      denied: (why) => new ApiError('AccessDeniedException', why),
    },
  };
}

/** The event, or why it is none. */
function eventOf({ EventBusName = 'default', Source, DetailType, Detail }: Entry): PutEvent | string {
  if (!Source || !DetailType || Detail === undefined) return 'Source, DetailType and Detail are required.';
  if (Source.startsWith('aws.')) return 'Not authorized for the source.';
  const base = { atMs: Date.now(), bus: EventBusName, source: Source, detailType: DetailType };
  try {
    return { ...base, detail: JSON.parse(Detail) as PutEvent['detail'] };
  } catch {
    return 'Detail is malformed.';
  }
}
