/** What happened in a run, and when: from the fields of our log, from EC2 and from the client. Nothing reads a sentence. */
import type { LogLine } from '../../lab/aws/events.ts';
import type { Tale } from '../../lab/client/words.ts';
import { environmentName } from '../../lab/deployment.ts';
import type { LabWorld } from '../../lab/world.ts';
import { functionNameOf } from '../../lib/stack/names.ts';

export type Moment =
  /** A row of the decision table matched; `does`: what it results in, such as `plan failover`. */
  | { readonly kind: 'row'; readonly atMs: number; readonly row: string; readonly does: string }
  /** A plan is stored, and begins. */
  | { readonly kind: 'plan'; readonly atMs: number }
  | { readonly kind: 'step-begins'; readonly atMs: number; readonly step: string }
  | { readonly kind: 'step-ends'; readonly atMs: number; readonly step: string; readonly outcome: string }
  /** EC2 has taken the order to move the VIP. */
  | { readonly kind: 'ec2-answers'; readonly atMs: number }
  /** Packets to the VIP reach another interface. */
  | { readonly kind: 'ec2-effect'; readonly atMs: number }
  | { readonly kind: 'writes-fail'; readonly atMs: number }
  | { readonly kind: 'writes-go-on'; readonly atMs: number };

export interface Recorder {
  /** What the client tells. */
  hear(tale: Tale): void;
  /** All from then on, in order, with times since then. Milliseconds. */
  since(sinceMs: number): readonly Moment[];
}

/** Listens to the world until it is closed. */
export function recordMoments({ aws }: Pick<LabWorld, 'aws'>): Recorder {
  const moments: Moment[] = [];
  const watch = functionNameOf(environmentName, 'watch');
  aws.events.on('log', (line) => {
    const moment = line.functionName === watch ? momentOf(line) : null;
    if (moment) moments.push(moment);
  });
  aws.events.on('call', ({ action, atMs, status }) => {
    if (action === 'AssignPrivateIpAddresses' && status === 200) moments.push({ kind: 'ec2-answers', atMs });
  });
  aws.events.on('addressMoved', ({ eniId }) => {
    if (eniId !== null) moments.push({ kind: 'ec2-effect', atMs: Date.now() });
  });
  return {
    hear({ kind, atMs }) {
      if (kind === 'failing') moments.push({ kind: 'writes-fail', atMs });
      if (kind === 'resumed') moments.push({ kind: 'writes-go-on', atMs });
    },
    since: (sinceMs) =>
      moments
        .filter(({ atMs }) => atMs >= sinceMs)
        .map((moment) => ({ ...moment, atMs: moment.atMs - sinceMs }))
        .sort((one, other) => one.atMs - other.atMs),
  };
}

/** The time is that of the function's own clock: its line may be late. Null for lines that say nothing of this. */
export function momentOf({ text }: Pick<LogLine, 'text'>): Moment | null {
  if (!text.startsWith('{')) return null;
  const { timestamp, row, does, holder, step, outcome } = JSON.parse(text) as Readonly<
    Record<string, unknown>
  >;
  const atMs = Date.parse(String(timestamp));
  if (Number.isNaN(atMs)) return null;
  if (typeof step === 'string') {
    return typeof outcome === 'string'
      ? { kind: 'step-ends', atMs, step, outcome }
      : { kind: 'step-begins', atMs, step };
  }
  if (typeof row !== 'string' || typeof does !== 'string') return null;
  // Only a decision names who is what; the line of its plan comes when that is stored.
  return holder === undefined ? { kind: 'plan', atMs } : { kind: 'row', atMs, row, does };
}
