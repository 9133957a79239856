/** The flags that say how slow AWS is. */
import { Command } from 'commander';
import { expect, test } from 'vitest';
import {
  addLatencyOptions,
  ec2TimingOf,
  type LatencyFlags,
  latencyTermsOf,
  latencyWords,
  renderTerms,
  termsOfRun,
} from '../../../lab/aws/flags.ts';
import { LabError } from '../../../lab/errors.ts';
import { parseWith } from '../../../lab/flags.ts';

function termsFrom(...words: string[]) {
  const flags = parseWith<LatencyFlags>(addLatencyOptions(new Command('lab')), words);
  if (flags === null) throw new Error('help was shown');
  return latencyTermsOf(flags);
}

test('by default AWS is as slow as the real one, from a seed that is new each time', () => {
  const [one, other] = [termsFrom(), termsFrom()];
  expect(one).toEqual({ latency: { kind: 'real', seed: expect.any(Number) }, ec2LatencyMs: null });
  expect(one.latency).not.toEqual(other.latency);
  expect(ec2TimingOf(one)).toEqual({});
});

test.each<[string[], object, object, string]>([
  [
    ['--aws-seed', '7'],
    { latency: { kind: 'real', seed: 7 }, ec2LatencyMs: null },
    {},
    'AWS answers as late as the real one (--aws-seed 7); EC2 takes effect about 800 ms after its answer',
  ],
  [
    ['--aws-seed', '7', '--ec2-latency-ms', '50'],
    { latency: { kind: 'real', seed: 7 }, ec2LatencyMs: 50 },
    { effectDelayMs: 50 },
    'AWS answers as late as the real one (--aws-seed 7); EC2 takes effect 50 ms after its answer',
  ],
  [
    ['--aws-latency', 'none'],
    { latency: { kind: 'none' }, ec2LatencyMs: null },
    { effectDelayMs: 0 },
    'AWS answers at once; EC2 takes effect with its answer',
  ],
  [
    ['--aws-latency', 'none', '--ec2-latency-ms', '300'],
    { latency: { kind: 'none' }, ec2LatencyMs: 300 },
    { effectDelayMs: 300 },
    'AWS answers at once; EC2 takes effect 300 ms after its answer',
  ],
])('%j', (words, terms, timing, told) => {
  const read = termsFrom(...words);
  expect(read).toEqual(terms);
  expect(ec2TimingOf(read)).toEqual(timing);
  expect(renderTerms(read)).toBe(told);
  // Another process gets the same.
  expect(termsFrom(...latencyWords(read))).toEqual(terms);
});

test('each run has delays of its own, which the first seed decides', () => {
  const terms = termsFrom('--aws-seed', '7');
  expect(termsOfRun(terms, 0)).toEqual(terms);
  expect(termsOfRun(terms, 2).latency).toEqual({ kind: 'real', seed: 9 });
  expect(termsOfRun(termsFrom('--aws-latency', 'none'), 2).latency).toEqual({ kind: 'none' });
});

test.each([
  [['--aws-latency', 'slow'], /slow.*real, none/],
  [['--aws-seed', '-1'], /--aws-seed -1; want a whole number from 0/],
  [['--ec2-latency-ms', 'soon'], /--ec2-latency-ms soon; want a whole number/],
])('a faulty one is one clear line: %j', (words, message) => {
  expect(() => termsFrom(...words)).toThrow(LabError);
  expect(() => termsFrom(...words)).toThrow(message);
});
