import { expect, it } from 'vitest';
import type { Finding, Severity } from '../../lib/core/alert/finding.ts';
import { done, notDone, type Reply } from '../../lib/core/operator/reply.ts';
import { runLine } from './surroundings.ts';

const finding = (severity: Severity): Finding => ({
  id: `a-${severity}`,
  severity,
  subject: 'db1',
  got: '0',
  want: '1',
  why: 'it matters.',
  fix: 'SET GLOBAL',
});
const found = (...severities: readonly Severity[]): Reply =>
  done(['what was found'], { action: 'doctor', pair: 'orders', findings: severities.map(finding) });

it.each<[what: string, reply: Reply, code: number]>([
  ['nothing', found(), 0],
  ['a hint', found('hint'), 0],
  ['a warning', found('warning', 'hint'), 5],
  ['a danger', found('danger', 'warning'), 1],
  ['a pair that there is not', notDone('faulty', ['pair: got nope; want one of orders']), 2],
])('doctor ends by the worst that it finds: %s', async (_, reply, code) => {
  const ended = await runLine(['doctor', 'orders'], { invoke: async () => reply });
  expect(ended.code).toBe(code);
  expect(ended.requests).toEqual([{ action: 'doctor', pair: 'orders' }]);
  expect(ended.out + ended.err).toContain(reply.lines[0]);
});

it('doctor --json prints the findings as one line', async () => {
  const { out } = await runLine(['doctor', 'orders', '--json'], { invoke: async () => found('danger') });
  expect(out).not.toContain('\n');
  expect(JSON.parse(out)).toMatchObject({ environment: 'lab', data: { findings: [{ id: 'a-danger' }] } });
});
