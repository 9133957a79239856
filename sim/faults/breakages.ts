/** What each breakage does to the world, and how it mends. */
import type { SimWorld } from '../world/world.ts';
import type { Breakage, BreakageName } from './fault.ts';
import type { Mending, Strike } from './mending.ts';
import { ofAdministrators } from './of-administrators.ts';
import { ofPaths } from './of-paths.ts';
import { ofServers } from './of-servers.ts';
import { ofServices } from './of-services.ts';

const breakages: { readonly [Name in BreakageName]: (strike: Strike) => Mending } = {
  ...ofServers,
  ...ofPaths,
  ...ofServices,
  ...ofAdministrators,
};

/** Breaks something now; it mends after the fault's time. */
export function strike(world: SimWorld, fault: Breakage): void {
  const holder = world.holder ?? world.masters[0];
  const master = fault.target === 'holder' ? holder : world.peer(holder.name);
  let mend: Mending = () => {};
  world.change(() => {
    mend = breakages[fault.name]({ world, master, degree: fault.degree });
  });
  world.timeline.after(fault.forMs, () => {
    if (world.story.on) world.story.tell(`${fault.name} (${master.name}) is over`);
    world.change(mend);
  });
}
