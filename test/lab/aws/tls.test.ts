/** The lab's AWS is HTTPS, for clients that trust its authority and for nobody else. */
import { existsSync, readFileSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { Agent, request } from 'node:https';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createIdentity } from '../../../lab/aws/tls.ts';
import { bundle } from './bundle.ts';
import { type Clients, errorOf, start } from './world.ts';

/** A function that asks as the product does: without a word about authorities. */
const asksAws = `
import { request } from 'node:https';
export const handler = () => new Promise((resolve) => {
  const call = request(process.env.AWS_ENDPOINT_URL, (answer) => {
    answer.resume();
    resolve(answer.statusCode);
  });
  call.on('error', (error) => resolve(error.code));
  call.end();
});`;

let clients: Clients;
beforeAll(async () => {
  const functions = [{ name: 'asks', directory: bundle(asksAws), timeoutSeconds: 10 }];
  clients = await start({ functions });
});
afterAll(() => clients.close());

/** The status of an answer, or the code of the error. The request is not signed, so the answer is 404. */
function ask(how: typeof request, url: string, options: object): Promise<number | string> {
  return new Promise((resolve) => {
    const call = how(url, options, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    call.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    call.end();
  });
}

test('it answers under both of its names', async () => {
  const ca = clients.aws.authority.pem;
  const { port } = new URL(clients.aws.endpoint);
  expect(clients.aws.endpoint).toBe(`https://127.0.0.1:${port}`);
  expect(await ask(request, clients.aws.endpoint, { ca })).toBe(404);
  expect(await ask(request, `https://localhost:${port}`, { ca, family: 4 })).toBe(404);
});

test('plain HTTP gets no answer', async () => {
  const plain = clients.aws.endpoint.replace('https:', 'http:');
  expect(await ask(plainRequest, plain, {})).toBe('ECONNRESET');
});

test('a client that trusts nobody in particular refuses it, and so does one that trusts another lab', async () => {
  expect(await ask(request, clients.aws.endpoint, {})).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  const { authority: ca } = await createIdentity();
  const { region, credentials, endpoint } = clients.aws;
  const requestHandler = new NodeHttpHandler({ httpsAgent: new Agent({ ca }) });
  const stranger = new EC2Client({ region, credentials, endpoint, requestHandler, maxAttempts: 1 });
  await expect(stranger.send(new DescribeInstancesCommand({}))).rejects.toThrow(/certificate/);
});

test("the lab's own clients and a function trust it", async () => {
  expect(await errorOf(clients.ec2.send(new DescribeInstancesCommand({})))).toBe('none');
  expect((await clients.aws.lambda.invoke('asks', {})).payload).toBe('404');
});

test('the file for the AWS CLI has the authority, and goes with the lab', async () => {
  const own = await start();
  const file = own.aws.environment.AWS_CA_BUNDLE ?? '';
  expect(readFileSync(file, 'utf8')).toBe(own.aws.authority.pem);
  expect(own.aws.authority.pem).not.toContain('KEY');
  await own.close();
  expect(existsSync(file)).toBe(false);
});
