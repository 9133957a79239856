/** What a plan is for, in words that a person reads: `failover to db2`, `closing of db2`. */
import type { Plan } from '../plan/plan.ts';

/** A noun without an article. The name of a kind of plan says nothing to a person, and its `to` is not always the node that it is about. */
export function planText({ kind, from, to }: Pick<Plan, 'kind' | 'from' | 'to'>): string {
  const other = from ?? 'the other node';
  switch (kind) {
    case 'failover':
    case 'switchover':
      return `${kind} to ${to}`;
    case 'reattach-vip':
      return `attaching of the VIP to ${to}`;
    case 'open-holder':
      return `opening of ${to}`;
    case 'close-standby':
      return `closing of ${other}`;
    case 'repair-node':
      return `restart of services on ${to}`;
    case 'release-node':
      return `release of ${to} from quarantine`;
    case 'attach-channel':
      return `start of replication from ${other} into ${to}`;
    case 'detach-channel':
      return `stop of replication from ${other} into ${to}`;
    case 'repoint-replicas':
      return `move of chain replicas from ${other} to ${to}`;
  }
}

/** The same with its article. */
export function onePlanText(plan: Pick<Plan, 'kind' | 'from' | 'to'>): string {
  const text = planText(plan);
  return `${/^[ao]/.test(text) ? 'an' : 'a'} ${text}`;
}
