/** Taking out one safeguard by name, to see that the simulator notices. */
import {
  allSafeguards,
  type SafeguardName,
  type Safeguards,
  without,
} from '../lib/core/decision/safeguards.ts';

/**
 * Each safeguard by the name that a person types, and the harm that it prevents. The first of a list is the one that is meant;
 * the others stand behind it, and would prevent the same harm. With only the others taken out, the same history is harmless.
 */
export const sabotages = {
  'lease-check': [['leaseCheck'], 'a leader that has lost its lease acts on'],
  epoch: [['epoch'], 'a leader that was superseded writes over the journal of its successor'],
  'wait-out': [['waitOut'], 'an order of a dead leader takes effect after its successor has acted'],
  witness: [['witness'], 'a partition of the monitor is taken for a death'],
  'blind-rule': [['blindRule'], 'something is done although nothing is seen'],
  'null-lag': [['nullLag', 'coverage'], 'a standby of unknown lag takes over'],
  fence: [['fence'], 'two masters take writes through the VIP'],
  undo: [['undo'], 'a plan that failed leaves the pair without a writable holder'],
  'flap-guard': [['flapGuard'], 'failover follows failover'],
  pause: [['pause'], 'the pair is changed under an operator who paused it'],
  verification: [['verification'], 'a plan is called done although nobody gets through the VIP'],
  ids: [['ids'], 'a server is closed that the environment file takes for another one'],
  'address-allow-list': [['addressAllowList'], "the VIP goes to a stranger's ENI"],
  readiness: [['readiness'], 'a standby that was not ready before the loss takes over'],
  'catch-up': [['catchUp'], 'a standby takes over with transactions received and not applied'],
  confirmation: [['confirmation', 'witness'], 'one look that found nobody is taken for a death'],
  unheard: [
    ['unheard', 'coverage'],
    'a standby takes over whose channel was cut long before the holder died',
  ],
  errant: [['errant'], 'a standby with transactions of its own takes over'],
  'stale-reads': [['staleReads'], 'an old answer of EC2 is taken for where the VIP is'],
  'fresh-looks': [['freshLooks'], 'what was seen before a plan is acted on after it'],
  'reopen-holder': [['reopenHolder'], 'a holder that was restarted takes no writes'],
  reattach: [['reattach'], 'a VIP that somebody took away stays away'],
  'undo-without-ec2': [['undoWithoutEc2'], 'a live holder stays read-only while EC2 does not answer'],
  'keeps-alerts': [['keepsAlerts'], 'an alert that SNS refused once is never made again'],
  'settle-doubt': [['settleDoubt'], 'what the store has taken is overwritten by who did not hear of it'],
  detach: [['detach'], "an old holder's tail overwrites newer rows when it is back"],
  'compare-before-opening': [
    ['compareBeforeOpening'],
    'a holder that came back with less gives numbers away twice',
  ],
  'judges-standby': [['judgesStandby'], 'a standby takes over that lost touch while the holder was full'],
  'keeps-readiness': [['keepsReadiness'], 'after a blind moment nobody fails over any more'],
  identity: [['identity'], 'a standby takes over that followed a stranger'],
  'reopen-in-pause': [['reopenInPause'], 'a holder that was restarted in a pause takes no writes'],
  'repeat-loss': [['repeatLoss'], 'the second loss in one incident is not alerted'],
  coverage: [['coverage'], 'a standby takes over that lacks what the holder had long before it died'],
  progress: [['progress'], 'a catch-up that was about to end is undone'],
} as const satisfies Record<string, readonly [readonly SafeguardName[], string]>;

export type SabotageName = keyof typeof sabotages;

export const sabotageNames = Object.keys(sabotages) as SabotageName[];

/** Whether a safeguard has this name. */
export function isSabotage(name: string): name is SabotageName {
  return Object.hasOwn(sabotages, name);
}

/** All safeguards, or all but the one named. */
export function safeguardsOf(name: SabotageName | null): Safeguards {
  return name === null ? allSafeguards : without(...sabotages[name][0]);
}

/** All safeguards, but for those that stand behind the one named. */
export function safeguardsWith(name: SabotageName): Safeguards {
  const [[, ...others]] = sabotages[name];
  return without(...others);
}

/** A line for each, for `--sabotage list`. */
export function renderSabotages(): string {
  const width = Math.max(...sabotageNames.map((name) => name.length));
  return sabotageNames.map((name) => `${name.padEnd(width)}  ${sabotages[name][1]}`).join('\n');
}
