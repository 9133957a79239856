/** How bad SSM is to a scenario that runs documents: `--ssm`. */
import type { SsmTiming } from './aws/ssm-command.ts';
import type { LabWorld } from './world.ts';

export const ssmWeathers = {
  /** A command takes 10 to 20 s before it starts. */
  slow: { deliveryMs: 10_000, deliverySpreadMs: 10_000, visibleAfterMs: 1000 },
  /** Each script runs twice: at once, and for the next command one after the other. */
  twice: { twice: 'both' },
  /** The host of a document that changes something crashes in its middle, unless it holds the VIP. */
  reboot: { crashAfterMs: 700 },
} as const satisfies Record<string, Partial<SsmTiming>>;

export type SsmWeather = keyof typeof ssmWeathers;

export function setWeather({ aws }: LabWorld, weather: SsmWeather): void {
  Object.assign(aws.ssm.timing, ssmWeathers[weather]);
}

/** What of the weather a scenario has met; `met: false` where it ran nothing that could meet it. */
export function weatherMet({ aws }: LabWorld, weather: SsmWeather) {
  const { commands, crashed } = aws.ssm;
  const met = weather === 'reboot' ? crashed.size > 0 : commands.length > 0;
  return { weather, commands: commands.length, crashed: [...crashed], met };
}
