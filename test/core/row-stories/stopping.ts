/** Stories of an instance that EC2 reports to be stopping. */
import { flapped, paused, undone, waiting } from '../changes.ts';
import { hears2, instance, noRoom, standby } from '../world.ts';
import type { RowStory } from './row-story.ts';

export const whenStopping: readonly RowStory[] = [
  ['holder serves', 'EC2: stopping', [instance('db1', 'stopping')], 'holder-stopping switchover to db2'],
  [
    'holder serves',
    'EC2: shutting-down',
    [instance('db1', 'shutting-down')],
    'holder-stopping switchover to db2',
  ],
  [
    'holder serves',
    'EC2: stopping, and the standby applies later than clients would wait',
    [instance('db1', 'stopping'), standby(hears2({ delaySeconds: 20 }))],
    'awaiting-confirmation observe',
  ],
  [
    'holder serves',
    'EC2: stopping, standby unfit',
    [instance('db1', 'stopping'), noRoom('db2')],
    'awaiting-confirmation observe',
  ],
  [
    'holder serves',
    'EC2: stopping, to be waited for',
    [instance('db1', 'stopping'), waiting],
    'awaiting-confirmation observe',
  ],
  [
    'holder serves',
    'EC2: stopping, a failover 10 s ago',
    [instance('db1', 'stopping'), flapped],
    'awaiting-confirmation observe',
  ],
  [
    'holder serves',
    'EC2: stopping, tried before',
    [instance('db1', 'stopping'), undone],
    'awaiting-confirmation observe',
  ],
  [
    'holder serves',
    'EC2: stopping, paused',
    [instance('db1', 'stopping'), paused],
    'awaiting-confirmation observe',
  ],
  ['standby serves', 'EC2: stopping', [instance('db2', 'stopping')], 'awaiting-confirmation observe'],
  [
    'both serve',
    'EC2: both are stopping',
    [instance('db1', 'stopping'), instance('db2', 'stopping')],
    'awaiting-confirmation observe',
  ],
];
