/** What a scenario says of the weather that its SSM had. */
import { expect, test } from 'vitest';
import { type SsmWeather, setWeather, weatherMet } from '../../lab/ssm-weather.ts';
import type { LabWorld } from '../../lab/world.ts';

function worldWith(commands: number, crashed: readonly string[]): LabWorld {
  const ssm = { commands: Array(commands).fill({}), crashed: new Set(crashed), timing: { deliveryMs: 200 } };
  return { aws: { ssm } } as unknown as LabWorld;
}

test.each<[weather: SsmWeather, commands: number, crashed: readonly string[], met: boolean]>([
  ['slow', 3, [], true],
  ['twice', 0, [], false],
  ['reboot', 3, [], false],
  ['reboot', 3, ['i-1 planned-restart'], true],
])('%s, with %i commands and the crashes %j: met %j', (weather, commands, crashed, met) => {
  expect(weatherMet(worldWith(commands, crashed), weather)).toMatchObject({ weather, commands, met });
});

test('slow: no command starts before 10 s', () => {
  const world = worldWith(0, []);
  setWeather(world, 'slow');
  expect(world.aws.ssm.timing).toMatchObject({ deliveryMs: 10_000, deliverySpreadMs: 10_000 });
});
