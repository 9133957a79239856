import type { Master } from '../world/master.ts';
import type { Court, Invariant } from './court.ts';

/** How long after a change that no plan made a plan may still be about what was before. Milliseconds. */
const lateMs = 2000;

/**
 * Invariant W7. No plan without effect: an automatic plan whose every step found things already done is an accusation.
 *
 * When an automatic plan leaves the store, it has changed something in the world since it began: the VIP's place, whether a
 * master takes writes, a channel, security groups, an instance, or it ran a document on a host. Who makes a plan of
 * nothing has judged wrongly, and keeps clients and people busy with it. Nor is a failover from a dead holder given up while its
 * standby is still applying: it was about to end.
 *
 * Excuses: a plan one of whose calls failed, was not answered or waited in vain, or that was undone; one for a holder that serves again; and one that
 * begins less than 2 s after the VIP, a master's writability or a channel changed while no plan was in flight (by a person, a
 * restart, or an order that a hung server has carried out at last), or in which somebody else puts the VIP where it was
 * to go.
 */
export function effectInvariant(court: Court): Invariant {
  const { world } = court;
  let before = stateOf(court);
  let hasEffect = false;
  let hasFailed = false;
  let isApplying = false;
  let roles = rolesOf(court);
  let strayMs = Number.NEGATIVE_INFINITY;
  let isRace = false;
  return {
    changed() {
      if (court.flight !== null) hasEffect ||= stateOf(court) !== before;
      else if (rolesOf(court) !== roles) strayMs = world.nowMs;
      roles = rolesOf(court);
    },
    acted({ action, node }, ok) {
      hasFailed ||= !ok;
      isApplying = action === 'catch-up' && ok && !world.master(node).channel.relayLog.caughtUp;
    },
    saved(_, { plan: was }, { plan: is }) {
      // A record of an older deployment names strangers: nothing of it can be carried out here.
      const isOurs = world.masters.some(({ name }) => name === was?.to);
      if (was !== null && isOurs && is?.id !== was.id && was.requestId === null && was.phase === 'running') {
        const isNeedless = was.undoIfHolderServes && was.from !== null && world.master(was.from).answers;
        if (!isNeedless && isApplying && was.kind === 'failover' && !was.vipMoved)
          court.accuse(
            'W7 plan-with-effect',
            `failover to ${was.to} is given up while ${was.to} is still applying`,
          );
        if (!isNeedless && !hasEffect && !hasFailed && !isRace)
          court.accuse(
            'W7 plan-with-effect',
            `${was.kind} to ${was.to} is over and changed nothing: ${was.because}`,
          );
      }
      if (is?.id === was?.id) return;
      before = stateOf(court);
      isRace = world.nowMs - strayMs < lateMs;
      hasEffect = false;
      hasFailed = false;
    },
  };
}

/** Where the VIP is, who takes writes, and which channels are to run, as one number. */
function rolesOf({ world }: Court): number {
  const [first, second] = world.masters;
  const { holder } = world.cloud;
  const at = holder === null ? 0 : holder === first.name ? 1 : 2;
  const runs = ({ channel }: Master) => Number(channel.ioWanted && channel.applies && !channel.barred);
  const writers = Number(first.writable) * 2 + Number(second.writable);
  return at * 16 + writers * 4 + runs(first) * 2 + runs(second);
}

/** All that a plan may change, as one value. */
function stateOf({ world }: Court): string {
  const { place } = world.cloud;
  const masters = world.masters.map(({ writable, halfClosed, channel, isolated, instance, documentsRun }) =>
    [
      writable,
      halfClosed,
      channel.ioWanted,
      channel.sqlWanted,
      channel.barred,
      channel.held,
      isolated,
      instance,
      documentsRun,
    ].join(),
  );
  return [place.kind, world.cloud.holder, ...masters].join(';');
}
