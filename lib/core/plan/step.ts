/**
 * The steps that plans are made of. A step is an order to watch: it says what must be true afterwards,
 * and its executor looks before it acts, so that a step can be carried out again until it succeeds.
 */
import type { Attaching } from '../evidence/probe-results.ts';
import type { NodeName } from '../names.ts';

export type Step =
  /** Make the old holder take no writes, if it answers: read-only, application connections killed. */
  | { readonly kind: 'fence'; readonly node: NodeName; readonly limitMs: number }
  /** The old holder did not answer `fence`: swap its ENI into the quarantine security group. */
  | { readonly kind: 'isolate'; readonly node: NodeName }
  /** The old holder did not answer `fence`: stop its instance, without waiting for its operating system. */
  | { readonly kind: 'stop-instance'; readonly node: NodeName }
  /**
   * As `fence`, but it must succeed: the holder is alive and its writes are to be kept. `once-closed`: sessions are ended
   * only when the node is closed for certain; `to-close`: also those that keep it open.
   */
  | { readonly kind: 'freeze'; readonly node: NodeName; readonly kills: 'to-close' | 'once-closed' }
  /**
   * Wait until the node has applied what it received; with `source`, also up to the position that fencing
   * or freezing the source left behind.
   */
  | {
      readonly kind: 'catch-up';
      readonly node: NodeName;
      readonly source: NodeName | null;
      /** Only if fencing found the source alive after all: else it has nothing more to give. */
      readonly ifFenced: boolean;
      /** `progress`: how long it may stand still; `freeze`: counted from when the source was closed; else from its start. */
      readonly limitOf: 'wait' | 'progress' | 'freeze';
      readonly limitMs: number;
      /** An operator accepted to lose what is not applied in time. */
      readonly acceptLoss: boolean;
    }
  /**
   * Before a planned move: name the sessions that would keep the node open, or lose much work if they were killed. Fails
   * when there are any, unless the operator said to kill them.
   */
  | { readonly kind: 'inspect'; readonly node: NodeName; readonly killLong: boolean }
  /**
   * Receive nothing more from the source: what it wrote and the node has not received may be older than what the node
   * writes from now on. Not needed when the node has applied the source's very last write.
   */
  | { readonly kind: 'detach'; readonly node: NodeName; readonly source: NodeName }
  /** Receive from the source again. */
  | {
      readonly kind: 'attach';
      readonly node: NodeName;
      readonly source: NodeName;
      /** Absent: as it is. */
      readonly attaching?: Attaching;
    }
  /** Make the node take writes. */
  | { readonly kind: 'open'; readonly node: NodeName }
  /** Make the node take no writes. */
  | { readonly kind: 'close'; readonly node: NodeName }
  /** Reassign the VIP to the node's ENI, and see EC2 say so. */
  | { readonly kind: 'move-vip'; readonly to: NodeName }
  /** Bind the VIP on the new host and unbind it on the old one, through SSM. */
  | { readonly kind: 'bind-vip'; readonly to: NodeName; readonly from: NodeName | null }
  /** Connect through the VIP, see that this node answers, commit a heartbeat. */
  | { readonly kind: 'verify'; readonly node: NodeName }
  /** Run a repair document on the host. */
  | { readonly kind: 'repair'; readonly node: NodeName; readonly what: 'mysqld' | 'keepalived' }
  /**
   * A chain replica that follows the lost `source` is to follow the node, by GTID and without skipping anything.
   * `change` false: it is only looked at, and a person points it.
   */
  | {
      readonly kind: 'repoint';
      readonly replica: string;
      readonly node: NodeName;
      readonly source: NodeName;
      readonly change: boolean;
    }
  /** Give a quarantined node its security groups back. */
  | { readonly kind: 'release'; readonly node: NodeName };

export type StepKind = Step['kind'];

/** The result of a step. Stored in the journal: a kind that an older release wrote is never given up. */
export type StepOutcome =
  | { readonly kind: 'done'; readonly changed: string }
  /** It looked, and found its end state: nothing was changed. */
  | { readonly kind: 'already'; readonly found: string }
  /** It is not needed, or not ours to do: nothing was tried. Older releases wrote `already` or `missed` here. */
  | { readonly kind: 'skipped'; readonly because: string }
  /** It was tried and failed, and the plan goes on without it (a dead node cannot be fenced). */
  | { readonly kind: 'missed'; readonly because: string }
  /** It is not known whether it was done (EC2 does not answer): the plan stays in flight and tries again. */
  | { readonly kind: 'blocked'; readonly because: string }
  /** It could not be done, and the plan cannot go on. */
  | { readonly kind: 'failed'; readonly because: string };
