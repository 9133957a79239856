/** DynamoDB is dynalite, in memory, without a socket of its own: requests and answers are passed by hand. */
import { EventEmitter } from 'node:events';
import { crc32 } from 'node:zlib';
import dynalite from 'dynalite';
import { ApiError, type ApiRequest, type ApiResponse, jsonError, type Service } from './api.ts';

/** A table as CreateTable and CloudFormation word it. */
export interface TableSpec {
  readonly TableName: string;
  readonly AttributeDefinitions: readonly {
    readonly AttributeName: string;
    readonly AttributeType: 'S' | 'N' | 'B';
  }[];
  readonly KeySchema: readonly { readonly AttributeName: string; readonly KeyType: 'HASH' | 'RANGE' }[];
}

/** The DynamoDB service with these tables, ready for use. */
export async function createDynamodb(tables: readonly TableSpec[]): Promise<Service> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  for (const table of tables) {
    const answer = await pass(server, createTable(table));
    if (answer.status !== 200) throw new Error(`the table ${table.TableName} cannot be made: ${answer.body}`);
  }
  return {
    name: 'dynamodb',
    actionOf: (request) => String(request.headers['x-amz-target'] ?? '').split('.')[1] ?? '',
    handle: (_action, request) => metered(server, request),
    renderError: jsonError,
    throttled: new ApiError('ThrottlingException', 'Rate of requests exceeds the allowed throughput.'),
    denied: (why) => new ApiError('AccessDeniedException', why),
  };
}

/** What DynamoDB answers when a condition fails takes a unit all the same, and does not say so. */
const REFUSED_UNITS = 1;

/** Passes the request on, and has dynalite report what it takes, by the sizes of the items. */
async function metered(server: EventEmitter, request: ApiRequest): Promise<ApiResponse> {
  const input = JSON.parse(request.body.toString('utf8') || '{}') as object;
  const asked = { ...input, ReturnConsumedCapacity: 'TOTAL' };
  const answer = await pass(server, { ...request, body: Buffer.from(JSON.stringify(asked)) });
  if (answer.status !== 200) return { ...answer, capacityUnits: REFUSED_UNITS };
  const { ConsumedCapacity: consumed, ...output } = JSON.parse(answer.body) as {
    readonly ConsumedCapacity?: Consumed | readonly Consumed[];
  };
  const capacityUnits = [consumed ?? []].flat().reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);
  const body = JSON.stringify(output);
  return {
    ...answer,
    headers: { ...answer.headers, 'x-amz-crc32': String(crc32(body)) },
    body,
    capacityUnits,
  };
}

interface Consumed {
  readonly CapacityUnits: number;
}

function pass(server: EventEmitter, request: ApiRequest): Promise<ApiResponse> {
  return new Promise((resolve) => {
    const incoming = Object.assign(new EventEmitter(), {
      method: request.method,
      url: request.path,
      headers: request.headers,
    });
    const headers: Record<string, string> = {};
    const outgoing = {
      statusCode: 200,
      setHeader(name: string, value: string | number) {
        if (name.toLowerCase() !== 'content-length') headers[name] = String(value);
      },
      end(body = '') {
        resolve({ status: outgoing.statusCode, headers, body: String(body) });
      },
    };
    server.emit('request', incoming, outgoing);
    if (request.body.length > 0) incoming.emit('data', request.body);
    incoming.emit('end');
  });
}

function createTable(table: TableSpec): ApiRequest {
  const scope = 'Credential=lab/20250101/us-east-1/dynamodb/aws4_request';
  return {
    method: 'POST',
    path: '/',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.CreateTable',
      'x-amz-date': '20250101T000000Z',
      authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=0`,
    },
    body: Buffer.from(JSON.stringify({ BillingMode: 'PAY_PER_REQUEST', ...table })),
  };
}
