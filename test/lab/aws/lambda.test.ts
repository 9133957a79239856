import { type InvocationType, InvokeCommand, ListFunctionsCommand, LogType } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from './bundle.ts';
import { type Clients, errorOf, start, until } from './world.ts';

/** One function that does what its event says. */
const source = `
import { setTimeout as sleep } from 'node:timers/promises';
let count = 0;
let beats = 0;
setInterval(() => { beats += 1; }, 5);
export const handler = async (event, context) => {
  count += 1;
  const beatsBefore = beats;
  console.log('does ' + event.do);
  switch (event.do) {
    case 'throw': throw new TypeError('boom');
    case 'exit': process.exit(7);
    case 'sleep': await sleep(event.forMs); break;
    case 'spin': for (;;);
    case 'env': return Object.fromEntries(event.names.map((name) => [name, process.env[name] ?? null]));
    case 'nothing': return undefined;
  }
  return { count, beatsBefore, pid: process.pid, context: { ...context, left: context.getRemainingTimeInMillis() } };
};`;

let clients: Clients;
beforeAll(async () => {
  const directory = bundle(source);
  const preload = `${bundle('globalThis.preloaded = true;')}/index.mjs`;
  clients = await start({
    functions: [
      { name: 'does', directory, timeoutSeconds: 5 },
      { name: 'short', directory, timeoutSeconds: 0.3 },
      { name: 'single', directory, timeoutSeconds: 5, reservedConcurrency: 1 },
      { name: 'warm', directory, timeoutSeconds: 5, freeze: false },
      {
        name: 'equipped',
        directory,
        timeoutSeconds: 5,
        memoryMegabytes: 256,
        environment: { NODE_EXTRA: '/opt/ca.pem' },
        labEnvironment: { LAB_SOURCE: '127.0.0.9' },
        layerDirectory: '/some/layer',
        preload: [preload],
      },
      { name: 'broken', directory: bundle('throw new Error("at load");'), timeoutSeconds: 3 },
      { name: 'empty', directory: bundle('export const other = 1;'), timeoutSeconds: 3 },
      {
        name: 'loaded',
        directory: bundle('export const handler = async () => globalThis.preloaded === true;'),
        timeoutSeconds: 3,
        preload: [preload],
      },
    ],
  });
});
afterAll(() => clients.close());

async function invoke(FunctionName: string, event: unknown, type?: InvocationType) {
  const answer = await clients.lambda.send(
    new InvokeCommand({
      FunctionName,
      Payload: JSON.stringify(event),
      LogType: LogType.Tail,
      ...(type ? { InvocationType: type } : {}),
    }),
  );
  const text = answer.Payload?.transformToString() ?? '';
  return {
    status: answer.StatusCode,
    error: answer.FunctionError,
    log: Buffer.from(answer.LogResult ?? '', 'base64').toString(),
    payload: text === '' ? undefined : JSON.parse(text),
  };
}

describe('invoking', () => {
  test('the context says who and how long, and the log tail comes along', async () => {
    const { payload, log } = await invoke('does', { do: 'work' });
    expect(payload.context).toMatchObject({
      functionName: 'does',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:does',
    });
    expect(payload.context.left).toBeGreaterThan(4000);
    expect(payload.context.left).toBeLessThanOrEqual(5000);
    expect(log).toContain('does work');
    expect(log).toContain(`START RequestId: ${payload.context.awsRequestId}`);
  });

  test('a name, an ARN, a qualifier: all are the function; another name is none', async () => {
    const arn = clients.aws.lambda.arn('does');
    for (const name of [arn, `${arn}:live`, 'does:$LATEST', '123456789012:function:does'])
      expect((await invoke(name, {})).payload.context.functionName).toBe('does');
    expect(await errorOf(invoke('none', {}))).toBe('ResourceNotFoundException');
    const list = await clients.lambda.send(new ListFunctionsCommand({}));
    expect(list.Functions?.map(({ FunctionName }) => FunctionName)).toContain('does');
  });

  test.each([
    ['throws', 'does', { do: 'throw' }, { errorType: 'TypeError', errorMessage: 'boom' }],
    ['exits', 'does', { do: 'exit' }, { errorType: 'Runtime.ExitError' }],
    ['runs out of time', 'short', { do: 'sleep', forMs: 5000 }, { errorType: 'Sandbox.Timedout' }],
    ['spins out of time', 'short', { do: 'spin' }, { errorType: 'Sandbox.Timedout' }],
    ['fails to load', 'broken', {}, { errorMessage: 'at load' }],
    ['has no handler', 'empty', {}, { errorMessage: 'index.handler is undefined or not exported' }],
  ])(
    'a function that %s is Unhandled, and the next invocation is served',
    async (_what, name, event, want) => {
      const { status, error, payload } = await invoke(name, event);
      expect({ status, error }).toEqual({ status: 200, error: 'Unhandled' });
      expect(payload).toMatchObject(want);
      if (name === 'does') expect((await invoke(name, {})).error).toBeUndefined();
    },
  );

  test('a handler that returns nothing answers null', async () => {
    expect((await invoke('does', { do: 'nothing' })).payload).toBeNull();
  });

  test('the environment is what Lambda and the stack give, and nothing of ours', async () => {
    process.env.LAB_TEST_LEAK = 'leaked';
    const names = ['AWS_REGION', 'AWS_LAMBDA_FUNCTION_NAME', 'AWS_LAMBDA_FUNCTION_MEMORY_SIZE'];
    const event = {
      do: 'env',
      names: [...names, 'NODE_EXTRA', 'LAB_SOURCE', 'AWS_ENDPOINT_URL', 'LAB_TEST_LEAK'],
    };
    expect((await invoke('equipped', event)).payload).toEqual({
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: 'equipped',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      NODE_EXTRA: '/some/layer/ca.pem',
      LAB_SOURCE: '127.0.0.9',
      AWS_ENDPOINT_URL: clients.aws.endpoint,
      LAB_TEST_LEAK: null,
    });
    expect((await invoke('loaded', {})).payload).toBe(true);
  });
});

describe('environments', () => {
  test('a warm one is used again, two at once make two', async () => {
    const first = await invoke('warm', {});
    const second = await invoke('warm', {});
    expect([first.payload.count, second.payload.count]).toEqual([1, 2]);
    const both = await Promise.all([1, 2].map(() => invoke('warm', { do: 'sleep', forMs: 100 })));
    expect(new Set(both.map(({ payload }) => payload.pid)).size).toBe(2);
  });

  test('between invocations it is frozen: its timers stand still', async () => {
    const before = await invoke('single', {});
    expect(clients.aws.lambda.environments('single').map(({ state }) => state)).toEqual(['frozen']);
    await new Promise((resolve) => setTimeout(resolve, 150));
    const after = await invoke('single', {});
    expect(after.payload.pid).toBe(before.payload.pid);
    expect(after.payload.beatsBefore - before.payload.beatsBefore).toBeLessThan(15);
  });

  test('reserved concurrency is the most there is', async () => {
    const busy = invoke('single', { do: 'sleep', forMs: 200 });
    await until(() => clients.aws.lambda.environments('single').some(({ state }) => state === 'busy'));
    expect(await errorOf(invoke('single', {}))).toBe('TooManyRequestsException');
    await busy;
  });

  test('killed in the middle: the caller gets an error, the next one a new environment', async () => {
    const before = await invoke('single', {});
    const busy = invoke('single', { do: 'sleep', forMs: 4000 });
    await until(() => clients.aws.lambda.environments('single').some(({ state }) => state === 'busy'));
    expect(clients.aws.lambda.kill('single')).toBe(1);
    expect(await busy).toMatchObject({ error: 'Unhandled', payload: { errorType: 'Runtime.ExitError' } });
    expect((await invoke('single', {})).payload.pid).not.toBe(before.payload.pid);
  });
});

test('of two that are busy, the one at a request can be killed alone', async () => {
  const first = clients.aws.lambda.invoke('does', { do: 'sleep', forMs: 400 }, 'first');
  const second = clients.aws.lambda.invoke('does', { do: 'sleep', forMs: 400 }, 'second');
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(clients.aws.lambda.kill('does', 'first')).toBe(1);
  expect([(await first).functionError, (await second).functionError]).toEqual(['Unhandled', null]);
});

describe('events', () => {
  test('an asynchronous one is accepted at once, and carried out', async () => {
    const logged = () => clients.aws.lambda.logs('warm').filter(({ text }) => text === 'does later').length;
    expect((await invoke('warm', { do: 'later' }, 'Event')).status).toBe(202);
    await until(() => logged() === 1);
    clients.aws.faults.inject({ on: 'lambda:Deliver/warm', effect: { kind: 'twice' }, times: 1 });
    await invoke('warm', { do: 'later' }, 'Event');
    await until(() => logged() === 3);
  });

  test('one that finds no room waits for it', async () => {
    const busy = invoke('single', { do: 'sleep', forMs: 300 });
    await until(() => clients.aws.lambda.environments('single').some(({ state }) => state === 'busy'));
    clients.aws.lambda.deliver('single', { do: 'afterwards' });
    await busy;
    await until(() => clients.aws.lambda.logs('single').some(({ text }) => text === 'does afterwards'));
  });

  test('an event or a schedule for a function that there is not is a fault of the lab', () => {
    expect(() => clients.aws.lambda.deliver('none', {})).toThrow('Function not found');
    expect(() => clients.aws.scheduler.start({ name: 'x', functionName: 'none' })).toThrow(
      'Function not found',
    );
  });

  test('a schedule fires at the start and at its rate, until it is stopped', async () => {
    const count = () => clients.aws.lambda.logs('does').filter(({ text }) => text === 'does tick').length;
    const stop = clients.aws.scheduler.start({
      name: 'tick',
      functionName: 'does',
      everyMs: 100,
      input: { do: 'tick' },
      atStart: 2,
    });
    await until(() => count() >= 4);
    stop();
  });
});
