/** Asks moto what it has. It checks no signature; by the header it only knows which service is meant. */
import { XMLParser } from 'fast-xml-parser';
import { type Moto, region } from './moto.ts';

export interface Question {
  readonly service: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** @default POST with a body, GET without */
  readonly method?: 'PUT';
  readonly body?: string | Buffer<ArrayBuffer>;
}

/** The answer's bytes. Throws what moto said when it refused. */
export async function ask({ endpoint }: Moto, question: Question): Promise<Buffer> {
  const scope = `rehearsal/20200101/${region}/${question.service}/aws4_request`;
  const answer = await fetch(`${endpoint}${question.path ?? '/'}`, {
    method: question.method ?? (question.body === undefined ? 'GET' : 'POST'),
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
      ...question.headers,
    },
    ...(question.body === undefined ? {} : { body: question.body }),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (!answer.ok)
    throw new Error(`${question.service} answers ${answer.status}: ${bytes.toString().slice(0, 300)}`);
  return bytes;
}

/** A call of a query service, such as CloudFormation: the content of its result. */
export async function query(
  moto: Moto,
  service: string,
  action: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Record<string, unknown>> {
  const body = new URLSearchParams({ Action: action, Version: '2010-05-15', ...parameters }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const text = (await ask(moto, { service, headers, body })).toString();
  const parser = new XMLParser({ isArray: (name) => name === 'member', parseTagValue: false });
  const parsed = parser.parse(text) as Record<string, Record<string, Record<string, unknown>>>;
  return parsed[`${action}Response`]?.[`${action}Result`] ?? {};
}
