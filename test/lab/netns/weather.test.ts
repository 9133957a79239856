/** The words of the weather, and what becomes of packets in it. */
import { expect, test } from 'vitest';
import { LabError } from '../../../lab/errors.ts';
import { fateOf, netemOf, parseWeather } from '../../../lab/network/netns/weather.ts';

test.each([
  ['loss 5% delay 20ms 20ms', { lossPercent: 5, delayMs: 20, jitterMs: 20 }],
  ['delay 3.5ms', { lossPercent: 0, delayMs: 3.5, jitterMs: 0 }],
  ['delay 10ms 2ms loss 0.1%', { lossPercent: 0.1, delayMs: 10, jitterMs: 2 }],
])('%s', (text, weather) => {
  expect(parseWeather(text)).toEqual(weather);
  expect(parseWeather(netemOf(weather).replace('netem ', ''))).toEqual(weather);
});

test.each(['', 'loss', 'loss 5', 'loss 101%', 'delay 20', 'delay 5ms 20ms', 'rain 5%', 'loss -1%'])(
  'what is no weather: "%s"',
  (text) => {
    expect(() => parseWeather(text)).toThrow(LabError);
  },
);

test.each([
  [0.049, null],
  [0.05, 10],
])('a packet at chance %d', (chance, fate) => {
  const chances = [chance, 0.25];
  const weather = { lossPercent: 5, delayMs: 20, jitterMs: 20 };
  expect(fateOf(weather, () => chances.shift() ?? 0)).toBe(fate);
});
