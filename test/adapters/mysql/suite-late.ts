/** Late answers: a server that stalls for a moment is not thrown away, and its answer counts when it comes. */
import { expect, test } from 'vitest';
import { eventually } from './servers.ts';
import type { Subject } from './subject.ts';

/** The suite on one server. */
export function lateAnswers(subject: Subject): void {
  test('an answer that comes after its look is taken by the next one, on the same connection', async () => {
    await subject.steady();
    const { db1 } = subject.servers;
    const ours = () =>
      db1.sql("SELECT id FROM information_schema.processlist WHERE user = 'monitor' ORDER BY id");
    const before = await ours();
    db1.hang();
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
