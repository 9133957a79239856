import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EventCode, events } from '../../../lib/core/events.ts';
import type { Alert } from '../../../lib/core/memory.ts';
import { alertBody, alertSubject, utcTime } from '../../../lib/core/text/alert-text.ts';

const alert: Alert = {
  id: '0a1b2c3d',
  code: 'failover-done',
  pair: 'orders',
  incident: '41c0ffee',
  atMs: Date.UTC(2026, 7, 14, 12, 1, 33),
  happened: 'db1 refused connections; db2 was fit.',
  done: 'The VIP 10.0.1.100 was moved to db2, which takes writes.',
  todo: 'Bring db1 back as standby.',
  steps: [],
};

describe('an alert for on-call', () => {
  it('names the pair, what happened and the incident in the subject', () => {
    expect(alertSubject(alert)).toBe('[orders] failed over (41c0ffee)');
  });

  it('carries its own id where there is no incident', () => {
    expect(alertSubject({ ...alert, incident: null })).toBe('[orders] failed over (0a1b2c3d)');
  });

  it('answers three questions, then says where to read on', () => {
    expect(alertBody(alert)).toMatchInlineSnapshot(`
      "WHAT HAPPENED  db1 refused connections; db2 was fit.
      WHAT WAS DONE  The VIP 10.0.1.100 was moved to db2, which takes writes.
      WHAT IS LEFT   Bring db1 back as standby.

      Pair:       orders
      Incident:   41c0ffee
      Event:      failover-done (alert 0a1b2c3d)
      Time:       2026-08-14 12:01:33 UTC
      Runbook:    docs/runbook.md#failover-done

      What "failed over" means: The VIP is on the new holder, and it takes writes. A commit through the VIP has verified this.
      "
    `);
  });

  it('says what is left from the table of events when the alert does not', () => {
    const text = alertBody({ ...alert, done: '', todo: '' });
    expect(text).toContain('WHAT WAS DONE  Nothing.');
    expect(text).toContain(`WHAT IS LEFT   ${events['failover-done'].todo}`);
  });

  it('has a subject that SNS takes, whatever the names are', () => {
    const codes = Object.keys(events) as EventCode[];
    fc.assert(
      fc.property(fc.string({ maxLength: 31 }), fc.constantFrom(...codes), (pair, code) => {
        const subject = alertSubject({ ...alert, pair, code });
        expect(subject).toMatch(/^[\x20-\x7e]{1,99}$/);
        expect(subject).toContain('(41c0ffee)');
      }),
    );
  });

  it('writes the time as Date would', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), (atMs) => {
        expect(utcTime(atMs)).toBe(`${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`);
      }),
    );
  });
});
