import { expect, it } from 'vitest';
import { type DoctorReply, doctor } from '../../lib/cli/doctor.ts';
import { byDanger, type Finding, type Severity } from '../../lib/core/finding.ts';

const finding = (severity: Severity): Finding => ({
  ...{
    id: `a-${severity}`,
    severity,
    subject: 'db1',
    got: '0',
    want: '1',
    why: 'it matters.',
    fix: 'SET GLOBAL',
  },
});
const asked: unknown[] = [];
const answering = (reply: DoctorReply) => async (request: unknown) => {
  asked.push(request);
  return reply;
};
const found = (...severities: Severity[]): DoctorReply => {
  const findings = byDanger(severities.map(finding));
  return { ok: !severities.includes('danger'), lines: ['…'], findings };
};

it.each([
  ['nothing', found(), 0, 'nothing found: all is as it should be'],
  ['a hint', found('hint'), 0, 'hint  db1  a-hint'],
  ['a warning', found('hint', 'warning'), 5, 'warning  db1  a-warning'],
  ['a danger', found('warning', 'danger'), 1, 'danger  db1  a-danger'],
  [
    'a refusal',
    { ok: false, lines: ['pair: got nope; want one of orders'] },
    3,
    'pair: got nope; want one of orders',
  ],
] as const)('%s', async (_, reply, exitCode, firstLine) => {
  const printed = await doctor(answering(reply), 'orders', { json: false });
  expect(printed.exitCode).toBe(exitCode);
  expect(printed.text.split('\n')[0]).toBe(firstLine);
  expect(asked.at(-1)).toEqual({ action: 'doctor', pair: 'orders' });
});

it('--json is one line, most dangerous first', async () => {
  const { text, exitCode } = await doctor(answering(found('hint', 'danger')), 'orders', { json: true });
  expect(exitCode).toBe(1);
  expect(text).not.toContain('\n');
  expect(JSON.parse(text)).toMatchObject({
    pair: 'orders',
    findings: [{ id: 'a-danger' }, { id: 'a-hint' }],
  });
});
