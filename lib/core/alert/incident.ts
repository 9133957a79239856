/** An incident and its alerts, as they are remembered. */
import type { NodeName, PairName } from '../names.ts';
import type { EventCode } from './events.ts';
import type { Writes } from './remedies.ts';
import type { Subjects } from './subjects.ts';

/** From the first bad situation to the all-clear. */
export interface Incident {
  /** A short id, also in every log line, alert and history row of the incident. */
  readonly id: string;
  readonly openedAtMs: number;
  /** The row of the decision table that opened it. */
  readonly row: string;
  /** The codes of the alerts so far, each once. */
  readonly told: readonly EventCode[];
  /** How many alerts there were: it makes their ids different. Absent in records of older releases. */
  readonly alerts?: number;
  /** When its first critical alert was made. Absent without one, and in records of older releases. */
  readonly criticalAtMs?: number;
  /** Who takes care of it. Absent while nobody has said so. */
  readonly acknowledged?: { readonly by: string; readonly atMs: number };
  /** How often it went to the topic for escalations, and when last. Absent where it did not. */
  readonly escalated?: { readonly times: number; readonly atMs: number };
}

/** The alerts of one code so far, across incidents: what lasts is repeated, what comes too often is not sent. */
export interface Reported {
  /** Since when the condition is on (or when its last alert went out). */
  readonly sinceMs: number;
  /** Since when it is over; null while it is on. */
  readonly overSinceMs: number | null;
  /** An all-clear came after it: if it is on again, that is another one, whatever the clocks say. Absent where none did. */
  readonly isEnded?: true;
  /** How many alerts the present condition has had. */
  readonly times: number;
  /** When alerts of this code went out lately, the newest last. */
  readonly toldAtMs: readonly number[];
  /** How many were not sent since the newest. */
  readonly heldBack: number;
  /** Whom it is about, where it may be about both nodes. Absent for others, and in older records. */
  readonly about?: Subjects;
}

/** An alert on its way: kept in memory until SNS has it, so that a death of watch loses none. */
export interface Alert {
  readonly id: string;
  /** One of another release may be any text: `eventOf` and `remedyOf` know what to say of it. */
  readonly code: EventCode;
  readonly pair: PairName;
  readonly incident: string | null;
  readonly atMs: number;
  /** What happened, in one sentence. */
  readonly happened: string;
  /** What was done about it. */
  readonly done: string;
  /** What is left to do. */
  readonly todo: string;
  /** Each step and its outcome. */
  readonly steps: readonly string[];
  /** For the subject, instead of the event's title: it has figures. */
  readonly headline?: string;
  /** What each node was judged to be, and from which vantages. */
  readonly seen?: string;
  /** How long clients could not write, and what was lost. */
  readonly cost?: string;
  /** Of a plan that moves the roles: from where, where that is known, and to where. */
  readonly move?: { readonly from: NodeName | null; readonly to: NodeName };
  /** Who held the VIP last, when the alert was made; null where nobody is known to have. Absent in records of older releases. */
  readonly holder?: NodeName | null;
  /** Whether clients can write, where the event does not know. */
  readonly writes?: Writes;
  /** Commands to paste, instead of the event's own (`remedies.ts`). */
  readonly commands?: readonly string[];
  /** Of a condition that lasts: the how manieth alert this is, and for how long it has lasted. */
  readonly again?: { readonly times: number; readonly minutes: number };
  /** When it was over, if that was before its mail went out. */
  readonly overAtMs?: number;
  /** It goes to the topic for escalations, and not to that of the alerts. */
  readonly escalates?: true;
}
