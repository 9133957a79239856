/** Steps on servers: each looks before it acts, and says what came of it. */
import { describe, expect, test } from 'vitest';
import { carryOutStep } from '../../lib/watch/step-executors.ts';
import { executionOn, newWorld } from './pair.ts';
import {
  catchUp,
  expectOutcome,
  failing,
  fenced,
  released,
  type StepCase,
  steps,
  untouched,
} from './steps.ts';

describe('every step has an executor, which looks before it acts', () => {
  test.each<StepCase>([
    ['fence', steps.fence, {}, {}, 'done', 'db1 is read-only, 3 connections killed'],
    ['fence, closed already', steps.fence, { writable: { db1: false } }, {}, 'already', 'db1 is read-only'],
    ['fence, no answer', steps.fence, { before: failing('timeout') }, {}, 'missed', 'close db1 is timeout'],
    ['fence, untouched', steps.fence, {}, untouched, 'skipped', 'writability is untouched'],
    ['freeze', steps.freeze, {}, {}, 'done', 'db1 is read-only, 3 connections killed'],
    [
      'freeze, untouched all the same: writes must rest',
      steps.freeze,
      {},
      untouched,
      'done',
      'db1 is read-only',
    ],
    ['freeze, no answer', steps.freeze, { before: failing('timeout') }, {}, 'failed', 'close db1 is timeout'],
    ['isolate', steps.isolate, {}, {}, 'done', 'db1 is in the quarantine group'],
    ['isolate, fenced already', steps.isolate, {}, fenced, 'skipped', 'db1 is fenced'],
    ['isolate, denied', steps.isolate, { before: failing('denied') }, {}, 'failed', 'isolate db1 is denied'],
    [
      'stop the instance',
      steps['stop-instance'],
      {},
      {},
      'done',
      'the stop of the instance of db1 is ordered, and EC2 has begun with it',
    ],
    ['stop the instance, fenced already', steps['stop-instance'], {}, fenced, 'skipped', 'db1 is fenced'],
    ['catch up', catchUp, {}, {}, 'done', 'db2 has applied all that it received'],
    ['catch up, too slow', catchUp, { lags: () => true }, {}, 'failed', 'db2 has not caught up: it lags'],
    [
      'catch up, too slow, loss accepted',
      { ...catchUp, acceptLoss: true },
      { lags: () => true },
      {},
      'missed',
      'it lags; loss accepted',
    ],
    ['open', steps.open, {}, {}, 'done', 'db2 takes writes'],
    ['open, open already', steps.open, { writable: { db2: true } }, {}, 'already', 'db2 takes writes'],
    ['open, no answer', steps.open, { before: failing('timeout') }, {}, 'failed', 'open db2 is timeout'],
    ['close', steps.close, {}, {}, 'done', 'db1 is read-only'],
    ['close, closed already', steps.close, { writable: {} }, {}, 'already', 'db1 is read-only'],
  ])('%s', expectOutcome);

  test.each(Object.values(steps))('$kind can be carried out again', async (step) => {
    const world = newWorld({ groups: ['sg-1'] });
    const execution = executionOn(world, released);
    const first = await carryOutStep(step, execution);
    const state = structuredClone({ writable: world.writable, place: world.place });
    const second = await carryOutStep(step, execution);
    expect(['done', 'already']).toContain(first.outcome.kind);
    expect(['done', 'already']).toContain(second.outcome.kind);
    expect({ writable: world.writable, place: world.place }).toEqual(state);
  });
});
