/** The query protocol of EC2, SNS and STS: forms in, XML out. */
import { randomUUID } from 'node:crypto';
import { XMLBuilder } from 'fast-xml-parser';
import type { ApiError, ApiRequest, ApiResponse } from './api.ts';

const builder = new XMLBuilder({ ignoreAttributes: false, suppressEmptyNode: false });

/** The form in a request's body. */
export class Form {
  readonly #fields: URLSearchParams;

  constructor(request: ApiRequest) {
    this.#fields = new URLSearchParams(request.body.toString('utf8'));
  }

  text(name: string): string | undefined {
    return this.#fields.get(name) ?? undefined;
  }

  flag(name: string): boolean {
    return this.#fields.get(name) === 'true';
  }

  /** `Name.1`, `Name.2`, … in order. */
  list(name: string): string[] {
    const values: string[] = [];
    for (let index = 1; this.#fields.has(`${name}.${index}`); index += 1) {
      values.push(this.#fields.get(`${name}.${index}`) ?? '');
    }
    return values;
  }

  /** `Filter.1.Name`, `Filter.1.Value.1`, …: any one of the values of each name must match. */
  filters(): { readonly name: string; readonly values: readonly string[] }[] {
    const found: { name: string; values: string[] }[] = [];
    for (let index = 1; this.#fields.has(`Filter.${index}.Name`); index += 1) {
      found.push({
        name: this.text(`Filter.${index}.Name`) ?? '',
        values: this.list(`Filter.${index}.Value`),
      });
    }
    return found;
  }

  /** `MessageAttributes.entry.1.Name` and the text values beside. */
  attributes(name: string): Record<string, string> {
    const found: Record<string, string> = {};
    for (let index = 1; this.#fields.has(`${name}.entry.${index}.Name`); index += 1) {
      const entry = `${name}.entry.${index}`;
      found[this.text(`${entry}.Name`) ?? ''] = this.text(`${entry}.Value.StringValue`) ?? '';
    }
    return found;
  }
}

/** The answer of EC2 to `action`. Lists are `{ item: [...] }`. */
export function ec2Answer(action: string, content: Readonly<Record<string, unknown>>): ApiResponse {
  return xml(200, {
    [`${action}Response`]: {
      '@_xmlns': 'http://ec2.amazonaws.com/doc/2016-11-15/',
      requestId: randomUUID(),
      ...content,
    },
  });
}

/** EC2 words its errors in a shape of its own. */
export function ec2Error(error: ApiError): ApiResponse {
  return xml(error.status, {
    Response: {
      Errors: { Error: { Code: error.code, Message: error.message } },
      RequestID: randomUUID(),
    },
  });
}

/** The answer of SNS or STS to `action`. */
export function queryAnswer(
  action: string,
  namespace: string,
  content: Readonly<Record<string, unknown>>,
): ApiResponse {
  return xml(200, {
    [`${action}Response`]: {
      '@_xmlns': namespace,
      [`${action}Result`]: content,
      ResponseMetadata: { RequestId: randomUUID() },
    },
  });
}

/** How SNS and STS word an error. */
export function queryError(namespace: string, error: ApiError): ApiResponse {
  return xml(error.status, {
    ErrorResponse: {
      '@_xmlns': namespace,
      Error: {
        Type: error.status < 500 ? 'Sender' : 'Receiver',
        Code: error.code,
        Message: error.message,
      },
      RequestId: randomUUID(),
    },
  });
}

function xml(status: number, tree: Readonly<Record<string, unknown>>): ApiResponse {
  return {
    status,
    headers: { 'content-type': 'text/xml;charset=UTF-8' },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build(tree)}`,
  };
}
