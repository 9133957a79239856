/** What the lab can hear from its AWS. The network follows `addressMoved`; the story prints the rest. */
import { EventEmitter } from 'node:events';
import type { InstanceState } from '../../lib/core/evidence/sighting.ts';
import type { ServiceName } from './api.ts';

export interface AddressMoved {
  readonly address: string;
  /** Null when the address is on no ENI any more. */
  readonly eniId: string | null;
  readonly instanceId: string | null;
}

export interface InstanceChanged {
  readonly instanceId: string;
  readonly state: InstanceState;
  /** StopInstances asked not to wait for the operating system: pull the plug. */
  readonly force: boolean;
}

/** One API call, when its answer is known. */
export interface ApiCall {
  readonly atMs: number;
  readonly service: ServiceName;
  readonly action: string;
  readonly status: number;
  /** The fault that was played on the call, or null. */
  readonly fault: string | null;
  /** The request units that DynamoDB took; 0 for the other services. */
  readonly capacityUnits: number;
}

/** A call that the caller's policies do not allow. A call that a fault denies is none. */
export interface Denied {
  readonly atMs: number;
  readonly functionName: string;
  /** The permission that is missing, such as `ec2:AssignPrivateIpAddresses`. */
  readonly action: string;
  /** An ARN, or `*`. */
  readonly resource: string;
  readonly because: string;
}

export interface Message {
  readonly atMs: number;
  readonly messageId: string;
  readonly topicArn: string;
  readonly subject: string | null;
  readonly message: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** What subscribers of other protocols get instead of `message`, such as `sms`. */
  readonly variants: Readonly<Record<string, string>>;
}

/** An event that was put on a bus. */
export interface PutEvent {
  readonly atMs: number;
  readonly bus: string;
  readonly source: string;
  readonly detailType: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The codes of the alerts in a message. */
export function codesOf({ attributes }: Pick<Message, 'attributes'>): readonly string[] {
  return JSON.parse(attributes.event ?? '[]') as readonly string[];
}

export interface LogLine {
  readonly atMs: number;
  readonly functionName: string;
  readonly requestId: string | null;
  readonly stream: 'stdout' | 'stderr' | 'platform';
  readonly text: string;
}

export interface CommandChanged {
  readonly commandId: string;
  readonly instanceId: string;
  readonly document: string;
  readonly statusDetails: string;
}

export interface AwsEventMap {
  addressMoved: [AddressMoved];
  instanceState: [InstanceChanged];
  instanceReboot: [{ readonly instanceId: string }];
  groupsChanged: [
    { readonly eniId: string; readonly instanceId: string; readonly groups: readonly string[] },
  ];
  call: [ApiCall];
  denied: [Denied];
  message: [Message];
  event: [PutEvent];
  log: [LogLine];
  command: [CommandChanged];
}

export type AwsEvents = EventEmitter<AwsEventMap>;

/** A new channel for the lab's events. */
export function createEvents(): AwsEvents {
  return new EventEmitter<AwsEventMap>();
}
