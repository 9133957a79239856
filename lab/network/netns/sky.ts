/** Where the weather comes from: the kernel's netem where it has one, else a relay of ours. */
import { tc, tcTakes } from './ip.ts';
import { type Cable, cableTo, guests, hosts, innerEnd, type Names, type Place } from './layout.ts';
import { startRelay } from './taps.ts';
import { netemOf, type Weather } from './weather.ts';

const places: readonly Place[] = [...hosts, ...guests];

export interface Sky {
  /** What the cables must be made of. */
  readonly cable: Cable;
  /** Turns the weather on or off, on every way into a place. */
  set(on: boolean): void;
  close(): void;
}

/** To be called when there are namespaces, and no cables yet. */
export async function openSky(names: Names, weather: Weather): Promise<Sky> {
  if (tcTakes(names.vpc, 'qdisc replace dev lo root netem delay 0ms')) return kernelSky(names, weather);
  const ends = places.map((place) => [cableTo(place), innerEnd(place)] as const);
  const { set, close } = await startRelay(names.vpc, ends, weather);
  return { cable: 'tap', set, close };
}

function kernelSky(names: Names, weather: Weather): Sky {
  let isOn = false;
  return {
    cable: 'veth',
    set(on) {
      if (on === isOn) return;
      isOn = on;
      for (const place of places) {
        const rule = on ? ` ${netemOf(weather)}` : '';
        tc(names.vpc, `qdisc ${on ? 'add' : 'delete'} dev ${cableTo(place)} root${rule}`);
      }
    },
    close() {},
  };
}
