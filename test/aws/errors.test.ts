import { describe, expect, it } from 'vitest';
import { awsErrorKind, awsErrorName, describeAwsError, toPortError } from '../../lib/aws/errors.ts';
import { PortError } from '../../lib/watch/ports/port-error.ts';

function failure(fields: Record<string, unknown>): Error {
  return Object.assign(new Error('no'), fields);
}

describe('what an error of AWS lets us conclude', () => {
  const cases: [string, Error, string][] = [
    [
      'a throttled call',
      failure({ name: 'RequestLimitExceeded', $metadata: { httpStatusCode: 503 } }),
      'throttled',
    ],
    ['too many requests', failure({ name: 'Whatever', $metadata: { httpStatusCode: 429 } }), 'throttled'],
    [
      'a function that is being deployed',
      failure({ name: 'ResourceConflictException', $metadata: { httpStatusCode: 409 } }),
      'throttled',
    ],
    ['a refused connection', failure({ code: 'ECONNREFUSED' }), 'throttled'],
    [
      'a permission',
      failure({ name: 'UnauthorizedOperation', $metadata: { httpStatusCode: 403 } }),
      'denied',
    ],
    ['no credentials', failure({ name: 'CredentialsProviderError' }), 'denied'],
    ['no answer', failure({ name: 'TimeoutError', code: 'ETIMEDOUT' }), 'timeout'],
    ['a broken connection', failure({ code: 'ECONNRESET' }), 'timeout'],
    ['an aborted call', failure({ name: 'AbortError' }), 'timeout'],
    ['an internal error', failure({ name: 'InternalError', $metadata: { httpStatusCode: 500 } }), 'timeout'],
  ];
  it.each(cases)('%s', (_what, error, kind) => {
    expect(awsErrorKind(error)).toBe(kind);
    expect(toPortError(error, 'trying')).toMatchObject({ kind, cause: error });
  });

  it('names it as the service does', () => {
    expect(awsErrorName(failure({ name: 'ThrottledException', Code: 'Throttled' }))).toBe('Throttled');
    expect(awsErrorName(failure({ code: 'ECONNRESET' }))).toBe('ECONNRESET');
    expect(describeAwsError(failure({ name: 'AccessDenied' }))).toBe('AccessDenied: no');
  });

  it('leaves a PortError as it is', () => {
    const error = new PortError('refused', 'no');
    expect(toPortError(error, 'trying')).toBe(error);
  });
});
