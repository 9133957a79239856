/** AWS as the play needs it: answers made up in this process, for the clients of the play alone. Nothing is sent. */
import { Readable } from 'node:stream';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { probeRequestSchema } from '../../probe/protocol.ts';
import { ec2Answer } from './ec2-answers.ts';
import type { Play } from './play.ts';

type Handle = NodeHttpHandler['handle'];
type HttpRequest = Parameters<Handle>[0];
type HttpResponse = Awaited<ReturnType<Handle>>['response'];

interface Answer {
  readonly type: string;
  readonly body: string;
  readonly afterMs?: number;
}

type Item = Record<string, AttributeValue>;

/** Stands in for the handler of every client. `sleep` is the play's. */
export class Stage {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  readonly #play: Play;
  readonly #sleep: (ms: number) => Promise<void>;
  readonly #items = new Map<string, Item>();
  /** Called with each alert's body. */
  onAlert: (body: string) => void = () => undefined;

  constructor(play: Play, sleep: (ms: number) => Promise<void>) {
    this.#play = play;
    this.#sleep = sleep;
  }

  /** As the handler of a client: a request in, an answer out. */
  async handle(request: HttpRequest): Promise<{ response: HttpResponse }> {
    const { type, body, afterMs = 1 } = this.#answer(request);
    await this.#sleep(afterMs);
    const response = {
      statusCode: 200,
      headers: { 'content-type': type, 'content-length': String(Buffer.byteLength(body)) },
      body: Readable.from([Buffer.from(body)]),
    };
    return { response: response as unknown as HttpResponse };
  }

  updateHttpClientConfig(): void {}

  httpHandlerConfigs(): Record<string, never> {
    return {};
  }

  #answer(request: HttpRequest): Answer {
    const text = textOf(request.body);
    const target = request.headers['x-amz-target'] ?? '';
    if (target.startsWith('DynamoDB')) return json(this.#store(target, JSON.parse(text)));
    if (target.startsWith('AmazonSSM')) return json(ssmAnswer);
    if (target.startsWith('AWSEvents')) return json({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] });
    if (request.path.includes('/functions/')) return this.#probe(text);
    if (text.includes('Action=Publish')) {
      this.onAlert(text);
      return xml(
        '<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>',
      );
    }
    return xml(`<Response>${ec2Answer(this.#play, new URLSearchParams(text))}</Response>`);
  }

  #probe(text: string): Answer {
    const request = probeRequestSchema.parse(JSON.parse(text));
    const { response, afterMs } = this.#play.answer(request);
    return { ...json(response), afterMs };
  }

  #store(target: string, request: StoreRequest): unknown {
    const key = JSON.stringify(request.Key ?? {});
    const operation = target.slice(target.indexOf('.') + 1);
    if (operation === 'GetItem') return { Item: this.#items.get(key) };
    if (operation !== 'UpdateItem') return { Items: [], UnprocessedItems: {} };
    const item: Item = { ...this.#items.get(key) };
    for (const [, name, value] of (request.UpdateExpression ?? '').matchAll(/#(\w+) = (:\w+)/g)) {
      const given = request.ExpressionAttributeValues?.[value ?? ''];
      if (name !== undefined && given !== undefined) item[name] = given;
    }
    this.#items.set(key, item);
    return { Attributes: item };
  }
}

interface StoreRequest {
  readonly Key?: Item;
  readonly UpdateExpression?: string;
  readonly ExpressionAttributeValues?: Item;
}

const ssmAnswer = { Parameter: { Name: 'play', Value: '{"user":"play","password":"play"}' } };

function json(value: unknown): Answer {
  return { type: 'application/x-amz-json-1.0', body: JSON.stringify(value) };
}

function xml(body: string): Answer {
  return { type: 'text/xml', body };
}

function textOf(body: unknown): string {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : '';
}
