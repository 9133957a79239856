/** Breakages of AWS: EC2, DynamoDB, SNS, SSM, Lambda. */
import { type CloudMood, calmCloud } from '../world/cloud.ts';
import { calmServices, type Services } from '../world/services.ts';
import type { SimWorld } from '../world/world.ts';
import type { BreakageName } from './fault.ts';
import { type Mending, once, type Strike, set, setAll } from './mending.ts';

export const ofServices = {
  'vip-removed': ({ world }) => once(() => world.cloud.put(world.nowMs, { kind: 'nowhere' }, 0)),
  'vip-taken': ({ world }) =>
    once(() => world.cloud.put(world.nowMs, { kind: 'foreign', eniId: 'eni-0stranger' }, 0)),
  // Somebody moves it with the console, and tells nobody.
  'vip-by-hand': ({ world }) =>
    once(() => {
      const { holder } = world;
      const to = holder === null ? world.masters[0] : world.peer(holder.name);
      world.cloud.put(world.nowMs, { kind: 'node', node: to.name }, 0);
    }),
  'enis-exchanged': ({ world }) =>
    once(() => {
      world.cloud.exchanged = true;
    }),
  'room-full': ({ master }) => set(master, 'room', false, true),
  'ec2-throttle': ({ world, degree }) => mood(world, { throttled: 0.3 + 0.6 * degree }),
  'ec2-lost-response': ({ world, degree }) => mood(world, { lost: 0.3 + 0.6 * degree }),
  'ec2-down': ({ world }) => mood(world, { down: true }),
  'ec2-failing': ({ world }) => mood(world, { failing: true }),
  'ec2-denied': ({ world, degree }) => mood(world, { denies: degree < 0.6 ? 'changes' : 'everything' }),
  'ec2-stale': ({ world, degree }) => mood(world, { staleMs: 500 + 3000 * degree }),
  'ec2-very-stale': ({ world }) => mood(world, { staleMs: 20_000 }),
  // Longer than this is longer than the wait-out allows for: `WAIT_OUT_MS` in lib/watch/lease.ts.
  'ec2-slow': ({ world, degree }) => mood(world, { effectMs: 900 + Math.floor(1900 * degree) }),
  'ec2-slow-answers': ({ world, degree }) => mood(world, { slowMs: 1000 + Math.floor(4000 * degree) }),
  'store-down': ({ world }) => serve(world, { store: 'down' }),
  'store-lost-response': ({ world, degree }) => serve(world, { storeLost: 0.1 + 0.6 * degree }),
  'store-slow': ({ world, degree }) => serve(world, { storeSlowMs: 100 + Math.floor(800 * degree) }),
  'alerts-down': ({ world }) => serve(world, { alerts: 'down' }),
  'alerts-denied': ({ world }) => serve(world, { alerts: 'denies' }),
  'alert-refused': ({ world }) =>
    once(() => {
      world.services = { ...world.services, refusesOneAlert: true };
    }),
  'alerts-lost-response': ({ world, degree }) => serve(world, { alertsLost: 0.2 + 0.6 * degree }),
  'ssm-down': ({ world }) => serve(world, { host: 'down' }),
  'database-lost-response': ({ world, degree }) => serve(world, { databaseLost: 0.2 + 0.6 * degree }),
  'concurrency-dry': ({ world }) => serve(world, { pool: 'dry' }),
} satisfies { readonly [Name in BreakageName]?: (strike: Strike) => Mending };

function mood(world: SimWorld, change: Partial<CloudMood>): Mending {
  return setAll(world.cloud, 'mood', change, calmCloud);
}

function serve(world: SimWorld, change: Partial<Services>): Mending {
  return setAll(world, 'services', change, calmServices);
}
