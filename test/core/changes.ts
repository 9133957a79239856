/** What may be otherwise in the pair of `world.ts`: what the stories are made of. */
import {
  answered,
  answers1,
  answers2,
  backup,
  type Change,
  channel,
  configured,
  db1,
  lasting as durationsOf,
  failingFor,
  hanging,
  hears1,
  hears2,
  holder,
  memory,
  NOW_MS,
  position,
  refused,
  standby,
  UUID1,
  UUID2,
  unanswered,
  vipAt,
} from './world.ts';

export const reported = { sinceMs: NOW_MS - 20_000, overSinceMs: null, times: 1, heldBack: 0 };

export const stopped = holder(refused);
export const silent = holder(unanswered);
export const stuck = holder(answers1({ heartbeat: hanging(6000) }));
export const restartedReadOnly = holder(answers1({ writable: false, uptimeSeconds: 5 }));
export const closedByHand = holder(answers1({ writable: false }));
export const halfClosed1 = holder(answers1({ writable: false, halfClosed: true }));
export const openedOnce = memory({
  incident: { id: '41c', openedAtMs: NOW_MS - 60_000, row: 'D26', told: ['holder-opened'] },
});
/** db1 came back with less than db2 has received from it. */
export const behind = holder(
  answers1({ writable: false, uptimeSeconds: 3, executed: position(`${UUID1}:1-90`) }),
);
export const movedByHand = memory({ movedByHand: { from: 'db2', to: 'db1', atMs: NOW_MS - 2000 } });
/** db1, read-only, has not received what db2 wrote: its channel is stopped, or runs. */
export const lateHolder = (io: 'yes' | 'no', heardAgoMs = 300) =>
  holder(
    answered({
      ...db1,
      writable: false,
      inbound: channel({
        io,
        heardAgoMs,
        sourceAddress: '10.0.1.12',
        sourceIdentity: UUID2,
        // Since the VIP came here, no client writes there.
        receivedAgoMs: 2000,
        received: position(''),
      }),
    }),
  );
/** The same without GTIDs, before it has read anything. */
export const unnumberedHolder = holder(
  answered({
    ...db1,
    writable: false,
    executed: position(null, 5000),
    inbound: channel({
      io: 'no',
      sourceAddress: '10.0.1.12',
      sourceIdentity: UUID2,
      received: position(null, 100),
    }),
  }),
);
export const detachedFrom = (node: 'db1' | 'db2', from: 'db1' | 'db2') =>
  memory({ detached: { node, from, atMs: NOW_MS - 1000, missing: null } });
export const detachedFrom1 = detachedFrom('db2', 'db1');
export const detachedFrom2 = detachedFrom('db1', 'db2');
/** db1 takes writes, and has not read all of what db2 wrote. */
export const cutOffHolder = (
  io: 'yes' | 'no' | 'connecting',
  heardAgoMs = 6000,
  lagSeconds: number | null = 0,
  changes: Parameters<typeof channel>[0] = {},
) =>
  holder(
    answered({
      ...db1,
      inbound: channel({
        io,
        heardAgoMs,
        lagSeconds,
        sourceAddress: '10.0.1.12',
        sourceIdentity: UUID2,
        received: position('', 100),
        ...changes,
      }),
    }),
  );
export const newerStandby = (writable: boolean) =>
  standby(answers2({ writable, executed: position(`${UUID1}:1-100,${UUID2}:1-50`) }));
/** The heartbeat has come to the same for this long. */
export const beatsSo = (kind: 'barred' | 'refused', forMs: number): Change =>
  durationsOf({ heartbeat: { kind, sinceMs: NOW_MS - forMs } });
export const refusing = holder(
  answers1({
    heartbeat: { kind: 'refused', errno: 1792, message: 'Cannot execute in a READ ONLY transaction' },
  }),
);
export const barred = holder(
  answers1({
    heartbeat: { kind: 'barred', because: 'the table keepalambda.heartbeat is locked', blocker: backup },
  }),
);
export const locked = (forMs: number) =>
  holder(answers1({ heartbeat: hanging(forMs, { cause: 'global-lock', blocker: backup }) }));
export const unacknowledged = (forMs: number) =>
  holder(
    answers1({
      heartbeat: hanging(forMs, { cause: 'semi-sync' }),
      semiSync: { waiting: true, timeoutMs: 10_000 },
    }),
  );
export const hostBlocked = { errno: 1129, message: 'Host is blocked' };
export const failing = holder(hears1({ sql: 'no' }));
export const lasting = failingFor(10_000);
/** The channel has lost its source, as it does when the source is gone. */
export const deaf = standby(hears2({ io: 'connecting', lagSeconds: null, heardAgoMs: 4000 }));
export const hearing = standby(hears2({ heardAgoMs: 200 }));
export const unheld = vipAt({ kind: 'nowhere' });
export const paused = memory({ pause: { untilMs: NOW_MS + 60_000, by: 'eva', why: 'kernel' } });
export const repair = configured({ repair: ['mysqld'] });
export const page = configured({ holderReplicationFault: 'page' });
export const waiting = configured({ holderStopping: 'wait' });
export const undone = memory({
  incident: { id: '41c', openedAtMs: NOW_MS - 60_000, row: 'D16', told: ['switchover-undone'] },
});
export const untouched = configured({ writability: 'untouched' });
export const tried = memory({
  incident: { id: '41c', openedAtMs: NOW_MS - 60_000, row: 'D21', told: ['repaired'] },
});
export const flapped = memory({ failoversAtMs: [NOW_MS - 10_000] });
export const detached = (missing: string | null, node = 'db1', hasServed = node === 'db1') =>
  memory({ detached: { node, from: node === 'db1' ? 'db2' : 'db1', atMs: NOW_MS, missing, hasServed } });
/** The log of db1 was reset while it held the VIP: it has the rows of db2 and does not know their GTIDs. */
export const logReset = memory({
  logReset: { node: 'db1', standby: 'db2', lack: '10 transactions', forgotten: '', atMs: NOW_MS - 60_000 },
});
export const setAside = memory({
  aside: { node: 'db2', run: 'r1', by: 'eva', why: 'rebuild: it is back', atMs: NOW_MS - 60_000 },
});
export const asksToRejoin = configured({ rejoin: 'ask' });
/** The receiver stopped after this try of ten. */
export const gaveUpAt = (attempt: number) => ({
  io: 'no' as const,
  lagSeconds: null,
  ioError: {
    errno: 2003,
    message: `Error connecting to source 'repl@10.0.1.11:3306'. This was attempt ${attempt}/10, with a delay of 60 seconds between attempts. Message: Can't connect`,
  },
});
/** The standby was made anew and refuses the channel of the holder, which had received these GTIDs of it before. */
export const refusedForOld = (received: string) =>
  holder(
    hears1({
      io: 'no',
      lagSeconds: null,
      received: position(received),
      ioError: { errno: 1236, message: 'Replica has more GTIDs than the source has' },
    }),
  );
/** Its channel is stopped, as detaching leaves it. */
export const [halted1, halted2] = [
  holder(hears1({ io: 'no' })),
  standby(hears2({ io: 'no', lagSeconds: null })),
];
/** The receiver of the standby shows that error; whether its account is marked. */
export const endedAt2 = (errno: number, barred: boolean) =>
  standby(hears2({ io: 'no', lagSeconds: null, barred, ioError: { errno, message: 'a test' } }));
/** The applier of the standby has stopped, its source is away, and its account is not marked. */
export const failedAt2 = standby(
  hears2({
    io: 'connecting',
    sql: 'no',
    lagSeconds: null,
    barred: false,
    sqlError: { errno: 1062, message: 'Duplicate entry' },
  }),
);
/** mysqld has restarted, and its source refuses the account that was marked. */
export const marked1 = holder(
  hears1({ io: 'connecting', ioError: { errno: 1045, message: 'Access denied for user' } }),
);
export const startedAtMs = NOW_MS - db1.uptimeSeconds * 1000;
export const seenOpen = memory({ settled: { db2: { is: 'open', startedAtMs } } });
export const seenClosed = memory({ settled: { db1: { is: 'closed', startedAtMs } } });
export const onDb1 = { kind: 'node', node: 'db1' } as const;
export const through = { said: onDb1, looks: 3, atMs: NOW_MS, node: { place: onDb1, looks: 3 } };
export const openStandby = standby(answers2({ writable: true }));

/** A chain replica; and a failover from db2 after which nobody has looked at it. */
export const withReplica = configured({ replicas: [{ name: 'r01', address: '10.0.1.31' }] });
export const leftBehind = memory({ leftBehind: { node: 'db2', atMs: NOW_MS - 2000 } });

export const standbyOut = memory({
  maintenance: {
    id: 'r1',
    work: 'restart',
    command: null,
    by: 'ann',
    why: 'my.cnf',
    startedAtMs: NOW_MS,
    nodes: ['db2', 'db1'],
    changed: [],
    done: [],
    known: [],
    out: { node: 'db2', was: '17', untilMs: NOW_MS + 60_000 },
  },
});
