/** One pool of concurrency for all functions of the account, with reservations taken out of it. */
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  expectUnreserved,
  type NoRoom,
  type Occupant,
  unreservedOf,
  whyNoRoom,
} from '../../../lab/aws/lambda-concurrency.ts';
import { bundle } from './bundle.ts';
import { type Clients, start, until } from './world.ts';

const of = (name: string, running: number, reserved?: number): Occupant => ({ name, running, reserved });
const reservedFull: NoRoom = 'ReservedFunctionConcurrentInvocationLimitExceeded';
const poolFull: NoRoom = 'ConcurrentInvocationLimitExceeded';

describe('room for one more', () => {
  test.each<[string, number, number, readonly Occupant[], NoRoom | null]>([
    ['there is some', 1000, 0, [of('watch', 3)], null],
    ['others took it all', 1000, 1000, [of('watch', 0)], poolFull],
    ['others took all but one', 1000, 999, [of('watch', 0)], null],
    ['own invocations and others together', 10, 8, [of('watch', 1), of('probe', 1)], poolFull],
    ['a reservation is out of the reach of others', 1000, 996, [of('watch', 3, 4)], null],
    ['a reservation is the most there is', 1000, 0, [of('watch', 4, 4)], reservedFull],
    ['what others reserved is not ours', 14, 9, [of('watch', 1), of('probe', 0, 4)], poolFull],
    ['what runs in a reservation is not counted twice', 14, 9, [of('watch', 0), of('probe', 4, 4)], null],
    ['a reservation of none stops a function', 1000, 0, [of('watch', 0, 0)], reservedFull],
  ])('%s', (_what, limit, others, occupants, wanted) => {
    expect(whyNoRoom({ limit, others, occupants }, 'watch')).toBe(wanted);
  });

  test('what is left to share is the limit without the reservations', () => {
    expect(unreservedOf({ limit: 1000, occupants: [of('a', 0, 4), of('b', 2), of('c', 0, 2)] })).toBe(994);
  });

  test.each([
    [104, [of('a', 0, 4)], true],
    [103, [of('a', 0, 4)], false],
    // A new account may have so little; without reservations that is allowed.
    [10, [of('a', 0)], true],
  ])('of %i, %j is allowed: %s', (limit, occupants, allowed) => {
    const reserve = () => expectUnreserved({ limit, occupants });
    if (allowed) expect(reserve).not.toThrow();
    else expect(reserve).toThrow('below its minimum value of [100]');
  });
});

describe('over HTTP', () => {
  let clients: Clients;
  beforeAll(async () => {
    const directory = bundle(
      "import { setTimeout as sleep } from 'node:timers/promises'; export const handler = ({ forMs = 0 }) => sleep(forMs);",
    );
    clients = await start({
      concurrency: 102,
      functions: [
        { name: 'shares', directory, timeoutSeconds: 5 },
        { name: 'reserves', directory, timeoutSeconds: 5, reservedConcurrency: 2 },
      ],
    });
  });
  afterAll(() => clients.close());

  const invoke = (FunctionName: string, event: object = {}) =>
    clients.lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }));
  const refusalOf = (sent: Promise<unknown>) =>
    sent.then(
      () => null,
      (error: { name: string; Reason?: string; $metadata: { httpStatusCode?: number } }) => ({
        name: error.name,
        reason: error.Reason,
        status: error.$metadata.httpStatusCode,
      }),
    );

  test("in somebody else's burst only what is reserved is served; afterwards everything is", async () => {
    await invoke('shares');
    const end = clients.aws.lambda.burst();
    expect(await refusalOf(invoke('shares'))).toEqual({
      name: 'TooManyRequestsException',
      reason: poolFull,
      status: 429,
    });
    expect(await refusalOf(invoke('reserves'))).toBeNull();
    end();
    end();
    expect(await refusalOf(invoke('shares'))).toBeNull();
  });

  test('a reservation that is used up is refused with its own reason', async () => {
    const busy = [invoke('reserves', { forMs: 3000 }), invoke('reserves', { forMs: 3000 })];
    const isBusy = () => clients.aws.lambda.environments('reserves').filter(({ state }) => state === 'busy');
    await until(() => isBusy().length === 2);
    expect(await refusalOf(invoke('reserves'))).toMatchObject({ reason: reservedFull, status: 429 });
    await Promise.all(busy);
  });

  test('a reservation that leaves too little is refused when it is asked for', () => {
    const [spec] = clients.aws.lambda.functions;
    if (!spec) throw new Error('there are functions');
    expect(() => clients.aws.lambda.register({ ...spec, reservedConcurrency: 3 })).toThrow('minimum value');
  });
});
