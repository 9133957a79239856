/** Conditions on a situation that several rows of the decision table ask for. */
import type { EventCode } from './events.ts';
import type { Situation } from './situation.ts';

export const holderGone = ({ holder, safeguards }: Situation) =>
  (holder.confirmed || !safeguards.confirmation) && (holder.kind === 'stopped' || holder.kind === 'silent');
export const holderStuck = ({ holder }: Situation) => holder.kind === 'stuck';
export const holderLost = (s: Situation) => holderGone(s) || holderStuck(s);
export const managed = ({ pair }: Situation) => pair.writability === 'managed';
export const standbyDown = ({ standby }: Situation) =>
  standby.confirmed && (standby.kind === 'stopped' || standby.kind === 'silent');
/** The standby is gone: proven, or silent for longer than a bad path keeps it so. No witness can speak for it. */
export const standbyGone = ({ standby, pair, nowMs }: Situation) =>
  standby.confirmed &&
  (standby.kind === 'stopped' ||
    (standby.kind === 'silent' && nowMs - standby.sinceMs >= pair.settings.readinessMs));
export const witnessed = (s: Situation) => s.holder.kind === 'silent' && s.witness === 'hears';
export const holderFailsCheck = (s: Situation) => s.holder.kind === 'serving' && s.holderFaultsConfirmed;
export const wantsFailover = (s: Situation) =>
  s.fitness.fit &&
  ((holderLost(s) && !witnessed(s)) ||
    (holderFailsCheck(s) && s.standbyPasses && s.pair.holderReplicationFault === 'failover'));
export const told = (s: Situation, code: EventCode) => s.memory.incident?.told.includes(code) === true;
/** Whether the VIP may be taken from a holder that leaves: once an incident, because what failed will fail again. */
export const mayLeave = (s: Situation) =>
  s.pair.holderStopping === 'switchover' &&
  s.vip === 'held' &&
  s.fitness.fit &&
  s.flapGuard === null &&
  !told(s, 'switchover-undone') &&
  !told(s, 'plan-incomplete');
export const repairable = (s: Situation) => s.pair.repair.length > 0 && !told(s, 'repaired');
