/** The narrow road: one call to each service with the real client. */
import { ConditionalCheckFailedException, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { PublishCommand } from '@aws-sdk/client-sns';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAws } from '../../../lab/aws/start.ts';
import { bundle } from './bundle.ts';
import { type Clients, errorOf, start, topicArn } from './world.ts';

let clients: Clients;
beforeAll(async () => {
  clients = await start({
    tables: [
      {
        TableName: 'state',
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      },
    ],
    functions: [
      {
        name: 'echo',
        directory: bundle('export const handler = async (event) => ({ got: event });'),
        timeoutSeconds: 3,
      },
    ],
  });
});
afterAll(() => clients.close());

test('DynamoDB: a conditional write succeeds once', async () => {
  const put = () =>
    clients.dynamodb.send(
      new PutItemCommand({
        TableName: 'state',
        Item: { pk: { S: 'lease' }, epoch: { N: '1' } },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    );
  await put();
  await expect(put()).rejects.toBeInstanceOf(ConditionalCheckFailedException);
  const read = await clients.dynamodb.send(
    new GetItemCommand({ TableName: 'state', Key: { pk: { S: 'lease' } }, ConsistentRead: true }),
  );
  expect(read.Item).toEqual({ pk: { S: 'lease' }, epoch: { N: '1' } });
});

test.each([
  ['a plain one', 'db1 lost', 'none'],
  ['none', undefined, 'none'],
  ['99 characters', 'x'.repeat(99), 'none'],
  ['100 characters', 'x'.repeat(100), 'InvalidParameterException'],
  ['two lines', 'db1\nlost', 'InvalidParameterException'],
  ['not ASCII', 'db1 → db2', 'InvalidParameterException'],
  ['a blank in front', ' db1', 'InvalidParameterException'],
])('SNS: a subject, %s', async (_what, Subject, want) => {
  const publish = clients.sns.send(new PublishCommand({ TopicArn: topicArn, Subject, Message: 'text' }));
  expect(await errorOf(publish)).toBe(want);
});

test('SNS: messages are kept, with attributes, and told; other topics are not there', async () => {
  const heard: string[] = [];
  clients.aws.events.on('message', ({ message }) => heard.push(message));
  const sent = await clients.sns.send(
    new PublishCommand({
      TopicArn: topicArn,
      Message: 'kept <here> & there',
      MessageAttributes: { code: { DataType: 'String', StringValue: 'failed-over' } },
    }),
  );
  const kept = clients.aws.sns.messages.find(({ messageId }) => messageId === sent.MessageId);
  expect(kept).toMatchObject({ message: 'kept <here> & there', attributes: { code: 'failed-over' } });
  expect(heard).toEqual(['kept <here> & there']);
  const elsewhere = clients.sns.send(new PublishCommand({ TopicArn: `${topicArn}-x`, Message: 'x' }));
  expect(await errorOf(elsewhere)).toBe('NotFoundException');
});

test.each([
  ['a SecureString', '/db/password', true, 'secret'],
  ['a SecureString, unopened', '/db/password', false, 'sealed'],
  ['a secret', '/aws/reference/secretsmanager/orders', true, '{"password":"x"}'],
  ['a secret, unopened', '/aws/reference/secretsmanager/orders', false, 'ValidationException'],
  ['one that is not there', '/db/none', true, 'ParameterNotFound'],
])('SSM: GetParameter of %s', async (_what, Name, WithDecryption, want) => {
  clients.aws.ssm.putParameter({ name: '/db/password', value: 'secret' });
  clients.aws.ssm.putParameter({ name: '/aws/reference/secretsmanager/orders', value: '{"password":"x"}' });
  const got = await clients.ssm.send(new GetParameterCommand({ Name, WithDecryption })).then(
    ({ Parameter }) => Parameter?.Value ?? '',
    (error: Error) => error.name,
  );
  expect(want === 'sealed' ? got !== 'secret' : got === want).toBe(true);
});

test('Lambda: a function answers', async () => {
  const answer = await clients.lambda.send(new InvokeCommand({ FunctionName: 'echo', Payload: '{"a":1}' }));
  expect(answer.StatusCode).toBe(200);
  expect(answer.Payload?.transformToString()).toBe('{"got":{"a":1}}');
});

test('a port that is taken is an error with a remedy', async () => {
  const port = Number(new URL(clients.aws.endpoint).port);
  await expect(startAws({ port })).rejects.toThrow(
    `the port ${port} for the lab's AWS is taken: give another one`,
  );
});
