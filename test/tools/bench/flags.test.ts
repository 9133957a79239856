/** The command line of the benchmark. */
import { expect, test } from 'vitest';
import { LabError } from '../../../lab/errors.ts';
import { parseFlags } from '../../../tools/bench/flags.ts';

test('the defaults: every fault, ours at both CPUs and the reference, five times', () => {
  const asked = parseFlags([]);
  expect(asked).toMatchObject({ runs: 5, ec2LatencyMs: null, server: 'mariadb-10.11', soakMs: null });
  expect(asked?.latency).toEqual({ kind: 'real', seed: expect.any(Number) });
  expect(asked).toMatchObject({ cpu: 'lambda', serverSettings: 'vendor' });
  expect(asked?.faults).toEqual([
    ...['mysqld-kill', 'host-down', 'mysqld-hang', 'switchover'],
    ...['watch-kill', 'watch-kill-steps', 'probe-kill'],
  ]);
  expect(namesOf([])).toEqual(['keepalambda', 'keepalambda-whole-cpu', 'keepalived-tuned-ec2']);
});

test('peers are those that are named; with the whole CPU alone, ours is there once', () => {
  expect(namesOf(['--peers', 'keepalived-tuned,keepalived'])).toEqual([
    ...['keepalambda', 'keepalambda-whole-cpu', 'keepalived', 'keepalived-tuned'],
  ]);
  expect(namesOf(['--cpu', 'whole'])).toEqual(['keepalambda', 'keepalived-tuned-ec2']);
});

function namesOf(args: readonly string[]): readonly string[] | undefined {
  return parseFlags(args)?.contenders.map(({ name }) => name);
}

test('a soak has its time and its weather', () => {
  const asked = parseFlags(['--soak', '10m', '--netem', 'loss 5% delay 20ms 20ms']);
  expect(asked).toMatchObject({ soakMs: 600_000, weather: { lossPercent: 5, delayMs: 20, jitterMs: 20 } });
});

test('numbers of pairs are measured once each, from the least to the most, for a minute', () => {
  expect(parseFlags([])).toMatchObject({ scale: null, page: false, out: 'docs' });
  expect(parseFlags(['--page'])).toMatchObject({ page: true });
  expect(parseFlags(['--scale', '100,1,10,1'])).toMatchObject({ scale: [1, 10, 100], forMs: 30_000 });
  expect(parseFlags(['--scale', '2', '--for', '5s'])).toMatchObject({ scale: [2], forMs: 5000 });
});

test('clients go through four faults, and are watched for a minute', () => {
  expect(parseFlags([])).toMatchObject({ clients: null });
  const asked = parseFlags(['--clients']);
  expect(asked).toMatchObject({
    clients: ['mysqld-kill', 'mysqld-hang', 'host-down', 'switchover'],
    forMs: 60_000,
  });
  expect(asked?.only.length).toBeGreaterThanOrEqual(5);
  expect(parseFlags(['--clients', '--faults', 'switchover', '--only', 'pymysql'])).toMatchObject({
    clients: ['switchover'],
    only: ['pymysql'],
  });
});

test.each([
  [['--clients', '--faults', 'watch-kill'], /got --faults watch-kill; want some of mysqld-kill, mysqld-hang/],
  [['--clients', '--faults', 'disk-full'], /got --faults disk-full; want some of .*switchover/],
  [['--clients', '--only', 'telnet'], /got --only telnet; want some of mysql2/],
  [['--faults', 'earthquake'], /got --faults earthquake; want some of mysqld-kill/],
  [['--peers', 'pacemaker'], /got --peers pacemaker/],
  [['--runs', '0'], /a whole number from 1/],
  [['--ec2-latency-ms', 'soon'], /--ec2-latency-ms soon/],
  [['--soak', '10'], /a time such as 90s/],
  [['--netem', 'hail'], /words of tc netem/],
  [['--scale', '1,many'], /got --scale many; want a whole number from 1 to 200/],
  [['--scale', '201'], /got --scale 201/],
  [['--scale', ''], /a whole number from 1/],
  [['--scale', '1', '--for', '5'], /got --for 5; want a time such as 90s/],
  [['--cpu', 'half'], /Allowed choices are lambda, whole/],
  [['--server-settings', 'best'], /Allowed choices are vendor, recommended/],
  [['--bogus'], /unknown option/],
])('a bad argument is one clear line: %j', (args, message) => {
  expect(() => parseFlags(args)).toThrow(LabError);
  expect(() => parseFlags(args)).toThrow(message);
});
