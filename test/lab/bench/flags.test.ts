/** The command line of the benchmark. */
import { expect, test } from 'vitest';
import { parseFlags } from '../../../lab/bench/flags.ts';
import { LabError } from '../../../lab/errors.ts';

test('the defaults: every fault and every contender, five times', () => {
  const asked = parseFlags([]);
  expect(asked).toMatchObject({ runs: 5, ec2LatencyMs: 800, server: 'mariadb-10.11', soakMs: null });
  expect(asked?.faults).toEqual(['mysqld-kill', 'host-down', 'mysqld-hang']);
  expect(asked?.contenders.map(({ name }) => name)).toEqual([
    'keepalambda',
    'keepalived',
    'keepalived-tuned',
    'keepalived-ec2',
    'keepalived-tuned-ec2',
  ]);
});

test('a peer brings its variant on EC2 with it', () => {
  const names = parseFlags(['--peers', 'keepalived-tuned'])?.contenders.map(({ name }) => name);
  expect(names).toEqual(['keepalambda', 'keepalived-tuned', 'keepalived-tuned-ec2']);
});

test('a soak has its time and its weather', () => {
  const asked = parseFlags(['--soak', '10m', '--netem', 'loss 5% delay 20ms 20ms']);
  expect(asked).toMatchObject({ soakMs: 600_000, weather: { lossPercent: 5, delayMs: 20, jitterMs: 20 } });
});

test.each([
  [['--faults', 'earthquake'], /got --faults earthquake; want some of mysqld-kill/],
  [['--peers', 'pacemaker'], /got --peers pacemaker/],
  [['--runs', '0'], /a whole number from 1/],
  [['--ec2-latency-ms', 'soon'], /--ec2-latency-ms soon/],
  [['--soak', '10'], /a time such as 90s/],
  [['--netem', 'hail'], /words of tc netem/],
  [['--bogus'], /unknown option/],
])('a bad argument is one clear line: %j', (args, message) => {
  expect(() => parseFlags(args)).toThrow(LabError);
  expect(() => parseFlags(args)).toThrow(message);
});
