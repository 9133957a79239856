import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../lib/core/alert/finding.ts';
import {
  EXAMINE_EVERY_MS,
  isExaminationDue,
  noteExamination,
} from '../../../lib/core/doctor/note-examination.ts';
import { emptyMemory, type Memory } from '../../../lib/core/memory/memory.ts';
import { NOW_MS } from '../world.ts';
import { changed, factsOf, findingsOf } from './healthy.ts';

const skips = { db2: changed({ variables: { replica_skip_errors: 'ALL' } }) };
const both = { ...skips, db1: changed({ variables: { transaction_read_only: 'ON' } }, 'db1') };
const note = (memory: Memory, findings: readonly Finding[] | null, nowMs = NOW_MS) =>
  noteExamination(memory, 'orders', findings, nowMs);
const codes = ({ outbox }: Memory) => outbox.map(({ code }) => code);

describe('what doctor finds at every hour', () => {
  it('is alerted once for a new set of dangers, and once when none is left', () => {
    const found = note(emptyMemory, findingsOf(skips));
    expect(found.examined).toEqual({ atMs: NOW_MS, dangers: ['db2 errors-skipped'] });
    expect(found.outbox[0]).toMatchObject({
      code: 'doctor-found',
      happened:
        'doctor finds what makes a failover fail or do harm: db2: errors-skipped (replica_skip_errors = ALL).',
    });
    expect(found.outbox[0]?.todo).toContain('The command below says the cause');
    const again = note(found, findingsOf(skips), NOW_MS + EXAMINE_EVERY_MS);
    expect(codes(again)).toEqual(['doctor-found']);
    expect(again.examined?.atMs).toBe(NOW_MS + EXAMINE_EVERY_MS);
    const more = note(again, findingsOf(both));
    expect(codes(more)).toEqual(['doctor-found', 'doctor-found']);
    expect(more.outbox[1]?.happened).toContain('db1: clients-read-only');
    const clear = note(more, findingsOf({}));
    expect(codes(clear)).toEqual(['doctor-found', 'doctor-found', 'doctor-clear']);
    expect(codes(note(clear, findingsOf({})))).toHaveLength(3);
  });

  it('says nothing of clients that can write while a loss of service lasts', () => {
    const lost = { ...emptyMemory, unservedSinceMs: NOW_MS - 60_000 };
    const writes = ({ outbox }: Memory) => outbox.at(-1)?.writes;
    const found = note(lost, findingsOf(skips));
    expect([writes(found), writes(note(found, findingsOf({})))]).toEqual(['unknown', 'unknown']);
    expect(writes(note(emptyMemory, findingsOf(skips)))).toBeUndefined();
  });

  it('of warnings and hints nobody is alerted', () => {
    const memory = note(emptyMemory, findingsOf({ db2: changed({ variables: { sync_binlog: '0' } }) }));
    expect(memory).toEqual({ ...emptyMemory, examined: { atMs: NOW_MS, dangers: [] } });
  });

  it('a node or an EC2 that did not answer ends nothing, and is asked again', () => {
    const found = note(emptyMemory, findingsOf(skips));
    const facts = { kind: 'facts', facts: factsOf('db1') } as const;
    const nodes = { db1: facts, db2: { kind: 'unknown', because: 'no connection' } } as const;
    expect(note(found, findingsOf({}, { nodes }))).toBe(found);
    expect(note(found, findingsOf({}, { vip: { kind: 'blind', atMs: 0, because: 'throttled' } }))).toBe(
      found,
    );
    expect(note(found, null)).toBe(found);
  });

  it('is due in the first hour, and an hour after the last time', () => {
    const examined = { atMs: NOW_MS, dangers: [] };
    expect(isExaminationDue(emptyMemory, NOW_MS)).toBe(true);
    expect(isExaminationDue({ ...emptyMemory, examined }, NOW_MS + EXAMINE_EVERY_MS - 1)).toBe(false);
    expect(isExaminationDue({ ...emptyMemory, examined }, NOW_MS + EXAMINE_EVERY_MS)).toBe(true);
  });

  it('names the dangers of a pair within what an alert may hold', () => {
    const filters = ['Replicate_Ignore_Table: '.padEnd(5000, 'x')];
    const memory = note(emptyMemory, findingsOf({ db2: changed({ channel: { filters } }) }));
    expect(memory.outbox[0]?.happened.length).toBeLessThan(1000);
  });
});
