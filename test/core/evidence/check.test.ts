import { describe, expect, test } from 'vitest';
import { faultsOfInbound } from '../../../lib/core/evidence/check.ts';
import type { Inbound } from '../../../lib/core/evidence/sighting.ts';
import { channel } from '../world.ts';

const errno1236 = { errno: 1236, message: 'Could not find first log file name' };

describe('the rules of mysql_check.sh, with a limit of 120 s', () => {
  test.each<[what: string, inbound: Inbound, faults: readonly string[]]>([
    ['all well', channel(), []],
    ['no replication at all', { kind: 'unconfigured' }, ['replication is not configured']],
    ['IO thread No', channel({ io: 'no' }), ['the IO thread is stopped']],
    [
      'IO thread No, with an error',
      channel({ io: 'no', ioError: errno1236 }),
      ['the IO thread is stopped (error 1236: Could not find first log file name)'],
    ],
    ['SQL thread No', channel({ sql: 'no', lagSeconds: null }), ['the SQL thread is stopped']],
    [
      'SQL thread No, with an error',
      channel({ sql: 'no', sqlError: { errno: 1062, message: 'Duplicate entry' } }),
      ['the SQL thread is stopped (error 1062: Duplicate entry)'],
    ],
    [
      'both threads No',
      channel({ io: 'no', sql: 'no' }),
      ['the IO thread is stopped', 'the SQL thread is stopped'],
    ],
    ['IO Connecting alone', channel({ io: 'connecting' }), []],
    ['IO Connecting with an error to show', channel({ io: 'connecting', ioError: errno1236 }), []],
    ['lag just below the limit', channel({ lagSeconds: 119.9 }), []],
    ['lag at the limit', channel({ lagSeconds: 120 }), ['it lags by 120 s (limit 120 s)']],
    ['lag above the limit', channel({ lagSeconds: 3600 }), ['it lags by 3600 s (limit 120 s)']],
    ['lag NULL: unknown, neither a fault nor 0', channel({ lagSeconds: null }), []],
    [
      'IO Connecting does not hide the lag',
      channel({ io: 'connecting', lagSeconds: 200 }),
      ['it lags by 200 s (limit 120 s)'],
    ],
  ])('%s', (_, inbound, faults) => {
    expect(faultsOfInbound(inbound, 120)).toEqual(faults);
  });

  test('another limit', () => {
    expect(faultsOfInbound(channel({ lagSeconds: 3 }), 3)).toEqual(['it lags by 3 s (limit 3 s)']);
  });
});
