/** Where the alerts of tests come from. */
import { runbookUrl } from '../../../lib/core/project.ts';
import type { Place } from '../../../lib/core/text/alert-text.ts';

export const place: Place = {
  environment: 'prod',
  region: 'eu-central-1',
  account: '111122223333',
  runbookUrl,
  pairs: [{ name: 'orders', vip: '10.0.1.10', nodes: ['db1', 'db2'] }],
};
