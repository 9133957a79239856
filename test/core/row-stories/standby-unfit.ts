/** Stories of the rows on the standby of a holder that serves. */
import { failing, hostBlocked, lasting, repair, standbyOut, tried } from '../changes.ts';
import {
  answers1,
  answers2,
  backup,
  channel,
  lasting as durationsOf,
  hears2,
  holder,
  memory,
  NOW_MS,
  refused,
  rememberedUnfit,
  standby,
  UUID1,
  UUID3,
  unanswered,
} from '../world.ts';
import type { RowStory } from './row-story.ts';

export const whenStandbyUnfit: readonly RowStory[] = [
  [
    'db2 is out for a maintenance',
    'its server is restarted',
    [standbyOut, standby(refused), rememberedUnfit('it is stopped')],
    'standby-in-maintenance observe',
  ],
  [
    'standby follows a stranger',
    '',
    [standby(hears2({ sourceIdentity: UUID3 }))],
    'standby-misdirected stay, page standby-misdirected',
  ],
  [
    'standby follows a stranger',
    'it is made anew, and has the channel of the holder, whose copy it is',
    [
      memory({ aside: { node: 'db2', run: 'r1', by: 'eva', why: 'rebuild', atMs: NOW_MS } }),
      standby(hears2({ sourceIdentity: UUID3 })),
    ],
    'awaiting-confirmation observe',
  ],
  [
    'standby follows the VIP',
    '',
    [standby(hears2({ sourceAddress: '10.0.1.10' }))],
    'standby-misdirected stay, page standby-misdirected',
  ],
  [
    'a backup locks the standby',
    'noted as unfit',
    [standby(answers2({ globalLock: backup })), rememberedUnfit('x')],
    'standby-locked stay, page standby-locked',
  ],
  [
    'new logins refused',
    'by the holder, which serves',
    [holder(answers1({ loginRefused: { errno: 1045, message: 'Access denied' } }))],
    'login-refused stay, page login-refused',
  ],
  [
    'new logins refused',
    'by the standby, which serves',
    [standby(answers2({ loginRefused: hostBlocked }))],
    'login-refused stay, page login-refused',
  ],
  [
    'the binary log of the standby was reset',
    'it knows 60 of 100 transactions by GTID, and has the rows of all',
    [
      memory({
        logReset: {
          node: 'db2',
          standby: 'db1',
          lack: '40 transactions',
          forgotten: `${UUID1}:1-40`,
          atMs: NOW_MS,
        },
      }),
      standby(
        answers2({
          executed: { gtid: `${UUID1}:41-100`, file: 'binlog.000001', offset: 4 },
          inbound: channel({ applied: { gtid: `${UUID1}:41-100`, file: 'binlog.000003', offset: 800 } }),
        }),
      ),
    ],
    'standby-log-reset stay, page standby-log-reset',
  ],
  [
    'the clock of the standby is 3 s behind',
    'for 10 s',
    [standby(answers2({ clockOffMs: -3000 })), durationsOf({ clockOffSinceMs: NOW_MS - 10_000 })],
    'clock-off stay, page clock-off',
  ],
  [
    'standby stopped',
    'repair is configured',
    [standby(refused), repair],
    'standby-repair repair-node to db2',
  ],
  [
    'standby silent',
    'for 10 s, repair is configured',
    [standby(unanswered), repair],
    'standby-repair repair-node to db2',
  ],
  [
    'standby stopped',
    'repair was tried',
    [standby(refused), repair, tried, rememberedUnfit('it is stopped')],
    'standby-unfit stay, page standby-unfit',
  ],
  [
    'both fail the check',
    'for 10 s',
    [failing, lasting, standby(hears2({ io: 'no' })), rememberedUnfit('x')],
    'standby-unfit stay, page standby-unfit',
  ],
  [
    'standby stopped',
    'noted as unfit',
    [standby(refused), rememberedUnfit('it is stopped')],
    'standby-unfit stay, page standby-unfit',
  ],
  [
    'standby lag unknown',
    'noted as unfit',
    [standby(hears2({ lagSeconds: null })), rememberedUnfit('x')],
    'standby-unfit stay, page standby-unfit',
  ],
];
