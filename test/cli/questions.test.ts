import { expect, it } from 'vitest';
import type { InitWords } from '../../lib/cli/init-flags.ts';
import { complete } from '../../lib/cli/init-questions.ts';

const given: InitWords = {
  description: '',
  account: '',
  region: 'eu-central-1',
  vpc: '',
  subnet: [],
  vantage: [],
  probeGroup: ['sg-1'],
  subscriber: ['oncall@example.com'],
  pair: 'orders',
  vip: '10.0.1.10',
  node: ['db1=…', 'db2=…'],
  credentials: '',
  set: [],
};

it('asks for what the flags left open, and for no more', async () => {
  const answers = ['vpc-1', 'a=…', ' b=… ', ''];
  const asked: string[] = [];
  const words = await complete(given, async (text) => {
    asked.push(text);
    return answers.shift() ?? '';
  });
  expect(asked).toHaveLength(4);
  expect(words).toEqual({ ...given, vpc: 'vpc-1', subnet: ['a=…', 'b=…'] });
});

it('asks nothing when nothing is missing', async () => {
  const whole = { ...given, vpc: 'vpc-1', subnet: ['a=…'] };
  expect(await complete(whole, () => Promise.reject(new Error('asked')))).toBe(whole);
});
