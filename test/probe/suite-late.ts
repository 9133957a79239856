/** Late answers: a server that stalls for a moment is not thrown away, and its answer counts when it comes. */
import { expect, test } from 'vitest';
import { Probe } from '../../lib/probe/probe.ts';
import { eventually, hang } from './servers.ts';
import { startSlowPath } from './slow-path.ts';
import type { Subject } from './subject.ts';

/** The suite on one server. */
export function lateAnswers(subject: Subject): void {
  test('an answer that comes after its look is taken by the next one, on the same connection', async () => {
    await subject.steady();
    const { db1 } = subject.servers;
    const ours = () =>
      db1.sql("SELECT id FROM information_schema.processlist WHERE user = 'monitor' ORDER BY id");
    const before = await ours();
    await hang(db1);
    expect((await subject.lookWith()).db1).toMatchObject({
      kind: 'unanswered',
      during: 'query',
      because: 'timeout',
    });
    db1.resume();
    expect((await subject.lookWith()).db1?.kind).toBe('answered');
    const kept = (await ours()).map(({ id }) => id);
    expect(kept).toContain(before[0]?.id);
  });

  test('a login that takes longer than a look is finished in a later one', async () => {
    await subject.steady();
    const { db1, db2, target } = subject.servers;
    // Several exchanges, each of more than a third of a look's limit.
    const path = await startSlowPath({ host: db1.address, port: subject.servers.port }, 90);
    const nodes = [
      { name: 'db1', address: path.host },
      { name: 'db2', address: db2.address },
    ];
    const look = async () => (await subject.lookWith({ nodes })).db1?.kind;
    try {
      expect(target.settings.lookLimitMs).toBe(500);
      expect(await look()).toBe('unanswered');
      expect([await look(), await look()]).toContain('answered');
    } finally {
      await path.close();
    }
  });

  test('while one node keeps a look waiting, the other is looked at again and again', async () => {
    await subject.steady();
    const { db1, db2 } = subject.servers;
    const pulses = async () => Number((await db2.sql("SHOW GLOBAL STATUS LIKE 'Com_select'"))[0]?.Value);
    await hang(db1);
    try {
      const before = await pulses();
      const look = await subject.lookWith();
      expect([look.db1?.kind, look.db2?.kind]).toEqual(['unanswered', 'answered']);
      expect((await pulses()) - before).toBeGreaterThanOrEqual(3);
    } finally {
      db1.resume();
    }
    await subject.steady();
  });

  test('a look that is held for longer than anything is trusted keeps its connections', async () => {
    let wallMs = 0;
    const probe = new Probe(() => wallMs);
    const { db1, target } = subject.servers;
    const ours = () => db1.sql("SELECT id FROM information_schema.processlist WHERE user = 'monitor'");
    const look = (holdMs: number) =>
      probe.answer({
        kind: 'look',
        targets: [{ ...target, seen: 'nothing like it', order: { kind: 'held', forMs: holdMs } }],
      });
    try {
      await look(0);
      const before = await ours();
      expect(before.length).toBeGreaterThan(0);
      const held = look(300);
      wallMs += 6000;
      await held;
      expect(await ours()).toEqual(expect.arrayContaining([...before]));
    } finally {
      probe.drop();
    }
  });

  test('a look that is nobody’s next one keeps no connections', async () => {
    const { db1 } = subject.servers;
    expect((await subject.lookWith({ seen: null })).db1?.kind).toBe('answered');
    await eventually(async () =>
      expect(await db1.sql("SELECT id FROM information_schema.processlist WHERE user = 'monitor'")).toEqual(
        [],
      ),
    );
  });
}
