/** Commands where no fresh login is let in, and over a slow path. */
import type { Connection } from 'mysql2/promise';
import { expect, test } from 'vitest';
import { accounts } from '../../lab/servers/accounts.ts';
import { Probe } from '../../lib/probe/probe.ts';
import { connectApp, eventually, fill } from './servers.ts';
import { startSlowPath } from './slow-path.ts';
import type { Subject } from './subject.ts';

export function connections(subject: Subject): void {
  const order = () => ({ ...subject.command, ...subject.nodeOf('db1'), events: 'leave' }) as const;
  const close = () =>
    subject.probe.answer({ kind: 'close', ...order(), kills: 'once-closed', limitMs: 2500 });
  const open = () => subject.probe.answer({ kind: 'open', ...order() });

  test('commands use a kept connection when a fresh login is refused', async () => {
    await subject.steady();
    const crowd = [...(await fill(subject.servers))];
    try {
      // A login of the probe's own may have taken a place for a moment.
      await eventually(async () => {
        // The one connection more that our account has.
        const one = connectApp(subject.servers, accounts.monitor).catch(() => crowd[0] as Connection);
        crowd.push(await one);
        const stranger = new Probe();
        const answer = await stranger.answer({ kind: 'open', ...order() });
        stranger.drop();
        expect(answer).toMatchObject({ kind: 'failed', failure: 'saturated' });
      });
      expect(await close()).toMatchObject({ kind: 'closed', closed: { wasWritable: true } });
    } finally {
      for (const connection of crowd) connection.destroy();
    }
    await eventually(async () => expect(await open()).toMatchObject({ kind: 'opened' }));
    await subject.steady();
  });

  test('verify takes an answer that is late, within its limit', async () => {
    const { db1, port } = subject.servers;
    // A login and a commit need more exchanges than fit into the time after which a fresh try is made.
    const path = await startSlowPath({ host: db1.address, port }, 60);
    try {
      const verify = { kind: 'verify', ...subject.command, port, writeProbe: true } as const;
      expect(await subject.probe.answer({ ...verify, vip: path.host, limitMs: 8000 })).toMatchObject({
        kind: 'verified',
        answered: { writable: true, heartbeat: { kind: 'committed' } },
      });
    } finally {
      await path.close();
    }
  });
}
