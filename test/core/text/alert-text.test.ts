import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EventCode, events } from '../../../lib/core/alert/events.ts';
import type { Alert } from '../../../lib/core/alert/incident.ts';
import { remedies } from '../../../lib/core/alert/remedies.ts';
import { alertBody, alertSubject, commandsOf, plainAlert } from '../../../lib/core/text/alert-text.ts';
import { place } from './place.ts';

const codes = Object.keys(events) as EventCode[];

const alert: Alert = {
  id: '0a1b2c3d',
  code: 'failover-done',
  pair: 'orders',
  incident: '41c0ffee',
  holder: 'db2',
  atMs: Date.UTC(2026, 7, 14, 12, 1, 33),
  headline: 'FAILED OVER db1 -> db2 in 1.9 s, nothing lost: mysqld stopped on db1',
  happened: 'db1 is stopped: its port refuses connections (3 looks).',
  seen: 'db1 stopped (seen from a, b), db2 serving (seen from a, b). Rule: holder-lost.',
  done: 'The VIP 10.0.1.10 is on db2 now, verified by a commit through it.',
  cost: 'No write was possible for about 1.9 s. Data loss: none.',
  todo: 'Bring {standby} back as standby.',
  steps: ['after 0.4 s: fence db1: done'],
};

const longest: Alert = {
  ...alert,
  pair: `o${'r'.repeat(30)}`,
  holder: `d${'b'.repeat(30)}`,
  headline: `FAILED OVER d${'a'.repeat(30)} -> d${'b'.repeat(30)} in 1.9 s, nothing lost: mysqld stopped`,
};
const far = { ...place, environment: `p${'r'.repeat(19)}` };

describe('an alert for on-call', () => {
  it('names the environment, the pair, the way it went and the cause in its subject', () => {
    expect(alertSubject(alert, place)).toBe(
      '[prod/orders] FAILED OVER db1 -> db2 in 1.9 s, nothing lost: mysqld stopped on db1',
    );
  });

  it('says what happened, what was done, what it cost, what is so now, and what is left', async () => {
    await expect(alertBody(alert, place)).toMatchFileSnapshot('mails/failover-done.txt');
  });

  it('says what is left from the table of events when the alert does not', () => {
    const text = alertBody({ ...alert, done: '', todo: '' }, place);
    expect(text).toMatch(/WHAT WAS DONE\n {2}Nothing\.\n/);
    expect(text).toContain(events['failover-done'].todo.replaceAll('{standby}', 'db1'));
  });

  it('says how long a condition has lasted, in subject and body', () => {
    const { headline: _, ...again } = {
      ...alert,
      code: 'holder-lost',
      again: { times: 3, minutes: 15 },
    } as const;
    expect(alertSubject(again, place)).toMatch(
      /^\[prod\/orders\] still, after 15 min: CANNOT WRITE: db2 is lost/,
    );
    expect(alertBody(again, place)).toContain('alert 3 of the same condition');
  });

  it('lets no text from people begin a section of its own', () => {
    const text = alertBody({ ...alert, happened: 'ann: a\nWHAT WAS DONE\n  all is fine' }, place);
    expect(text.match(/^WHAT WAS DONE$/gm)).toHaveLength(1);
  });

  it('names no node in a command where the holder is not known', () => {
    expect(commandsOf({ ...alert, holder: null, code: 'holder-lost' }, place)).toContain(
      'npx keepalambda failover orders --to NODE --force --accept-loss --why "NODE is lost" --env prod',
    );
  });

  it('has a subject that SNS takes, whatever the names are', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 31 }), fc.constantFrom(...codes), (pair, code) => {
        expect(alertSubject({ ...alert, pair, code }, place)).toMatch(/^\[prod\/[\x20-\x7e]{1,93}$/);
      }),
    );
  });
});

describe.each(codes)('an alert of %s', (code) => {
  const { headline: _, ...plain } = alert;
  const of = { ...plain, code, todo: '' };

  it('has a remedy: a command of this environment, and an article that opens', () => {
    const body = alertBody(of, place);
    expect(remedies[code].commands.length).toBeGreaterThan(0);
    for (const command of commandsOf(of, place)) {
      expect(command).toMatch(/^npx keepalambda [a-z]+ \S.* --env prod$/);
      expect(body).toContain(command);
    }
    expect(body).toContain(`${place.runbookUrl}#${code}`);
  });

  it('leaves no placeholder open and says whether clients can write', () => {
    const body = alertBody(of, place);
    expect(body).not.toMatch(/[{}]|undefined|null/);
    expect(body).toMatch(/Clients can write: (yes|no|not yet|probably|unknown)\.\n/);
  });

  it('keeps environment and pair in the subject, and the subject short, with the longest names', () => {
    for (const each of [longest, plainAlert(longest)]) {
      const subject = alertSubject({ ...each, code }, far);
      expect(subject).toMatch(/^[\x20-\x7e]{1,99}$/);
      expect(subject).toContain(`[${far.environment}/${longest.pair}] `);
    }
  });
});
