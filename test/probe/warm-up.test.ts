/** What a probe plays through while it loads. */
import { Socket } from 'node:net';
import { expect, test, vi } from 'vitest';
import { playCommands } from '../../lib/probe/warm-up.ts';

test.each(['8.4.0', '10.11.6-MariaDB'] as const)(
  'each command of a failover is carried out to its end, and nothing is connected to: %s',
  async (version) => {
    const connect = vi.spyOn(Socket.prototype, 'connect');
    const [inspected, closed, caughtUp, detached, opened] = await playCommands(version);
    expect(inspected).toEqual({ kind: 'inspected', obstacles: [] });
    expect(closed).toMatchObject({ kind: 'closed', closed: { wasWritable: true, killed: 1 } });
    expect(caughtUp).toMatchObject({ kind: 'caught-up', caughtUp: { reached: true } });
    expect(detached).toMatchObject({ kind: 'detached', detached: { was: 'running', outlasts: true } });
    expect(opened).toEqual({ kind: 'opened', wasWritable: false });
    expect(connect).not.toHaveBeenCalled();
  },
);
