/**
 * What runs a function in its own process, as Lambda's runtime does: loads the handler once, then answers
 * one invocation at a time. It speaks to the lab over the IPC channel, and dies with it.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = process.env.LAMBDA_TASK_ROOT ?? '.';
const [moduleName = 'index', exportName = 'handler'] = (process.env._HANDLER ?? 'index.handler').split('.');
const send = process.send?.bind(process);

// The lab is gone: whatever the function is in the middle of, nobody will hear of it.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

const handler = await load();
if (handler) {
  process.on('message', (message) => void answer(message));
  send?.({ kind: 'ready' });
}

async function load() {
  try {
    const file = ['.mjs', '.js', '.cjs']
      .map((extension) => join(root, moduleName + extension))
      .find((candidate) => existsSync(candidate));
    if (!file) throw new Error(`Cannot find module '${moduleName}' in ${root}`);
    const loaded = await import(pathToFileURL(file).href);
    const found = loaded[exportName] ?? loaded.default?.[exportName];
    if (typeof found !== 'function')
      throw new Error(`${moduleName}.${exportName} is undefined or not exported`);
    return found;
  } catch (error) {
    send?.({ kind: 'init-error', error: describe(error) });
    return null;
  }
}

async function answer({ requestId, event, deadlineAtMs }) {
  try {
    const result = await handler(event, contextOf(requestId, deadlineAtMs));
    send?.({ kind: 'result', requestId, payload: JSON.stringify(result) ?? 'null' });
  } catch (error) {
    const described = describe(error);
    console.error(JSON.stringify({ ...described, kind: 'Invoke Error' }));
    send?.({ kind: 'error', requestId, error: described });
  }
}

function contextOf(awsRequestId, deadlineAtMs) {
  const environment = process.env;
  return {
    awsRequestId,
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: '$LATEST',
    invokedFunctionArn: environment.LAB_FUNCTION_ARN,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadlineAtMs - Date.now()),
  };
}

function describe(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}
