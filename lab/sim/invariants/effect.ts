import type { Court, Invariant } from './court.ts';

/** How long after somebody else changed a master a plan may still be about what was before. Milliseconds. */
const lateMs = 12_000;

/**
 * Invariant W7. No plan without effect: an automatic plan whose every step found things already done is an accusation.
 *
 * When an automatic plan leaves the store, it has changed something in the world since it began: the VIP's place, whether a
 * master takes writes, a channel, security groups, an instance, or it ran a document on a host. Who makes a plan of
 * nothing has judged wrongly, and keeps clients and people busy with it.
 *
 * Excuses: a plan one of whose calls failed or was not answered, or that was undone; and one about a master that
 * somebody else changed in the last 12 s.
 */
export function effectInvariant(court: Court): Invariant {
  const { world } = court;
  let before = stateOf(court);
  let hasEffect = false;
  let hasFailed = false;
  return {
    changed() {
      if (court.flight !== null) hasEffect ||= stateOf(court) !== before;
    },
    acted(_, ok) {
      hasFailed ||= !ok;
    },
    saved(_, { plan: was }, { plan: is }) {
      if (was !== null && is?.id !== was.id && was.requestId === null && was.phase === 'running') {
        // A record of an older deployment: nothing of it can be carried out here.
        if (!world.masters.some(({ name }) => name === was.to)) return;
        const meddled = world.masters.some(({ name }) => court.wasMeddled(name, world.nowMs - lateMs));
        if (!hasEffect && !hasFailed && !meddled)
          court.accuse(
            'W7 plan-with-effect',
            `${was.kind} to ${was.to} is over and changed nothing: ${was.because}`,
          );
      }
      if (is?.id === was?.id) return;
      before = stateOf(court);
      hasEffect = false;
      hasFailed = false;
    },
  };
}

/** All that a plan may change, as one value. */
function stateOf({ world }: Court): string {
  const { place } = world.cloud;
  const masters = world.masters.map(({ writable, channel, isolated, instance, documentsRun }) =>
    [writable, channel.ioWanted, channel.sqlWanted, isolated, instance, documentsRun].join(),
  );
  return [place.kind, world.cloud.holder, ...masters].join(';');
}
