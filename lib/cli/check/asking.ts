/** Asking AWS on behalf of a person: what is refused is noted, what cannot be reached ends the command. */
import { awsErrorName, describeAwsError } from '../../aws/errors.ts';
import type { Answer, Answers } from '../../core/deployment-check/answers.ts';
import { CliError, UNREACHABLE } from '../errors.ts';

/** AWS does not know who asks, so no other call would be answered. */
const unknownCaller = new Set([
  'CredentialsProviderError',
  'AuthFailure',
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignature',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'RequestExpired',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);

/** Calls to AWS, and those of them that were refused. */
export class Asking {
  readonly #unread: { readonly call: string; readonly because: string }[] = [];

  /** The refused calls, by name: answers come in any order, and the report must not change with it. */
  get unread(): Answers['unread'] {
    return this.#unread.toSorted((one, other) => one.call.localeCompare(other.call));
  }

  /**
   * The answer to `call` (`ec2:DescribeSubnets`), or null when AWS refuses it. Throws a `CliError` where there are no
   * valid credentials, or AWS cannot be reached.
   */
  async ask<T>(call: string, answer: () => Promise<T>): Promise<Answer<T>> {
    try {
      return await answer();
    } catch (error) {
      const because = describeAwsError(error);
      if (unknownCaller.has(awsErrorName(error)) || unknownCaller.has((error as Error).name)) {
        throw notKnown(because);
      }
      if (!isRefusal(error)) throw notReached(call, because);
      if (!this.#unread.some((one) => one.call === call)) this.#unread.push({ call, because });
      return null;
    }
  }
}

function isRefusal(error: unknown): boolean {
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0;
  return status >= 400 && status < 500 && status !== 429;
}

function notKnown(because: string): CliError {
  return new CliError(
    [
      `AWS credentials: got none that AWS accepts (${because}); want those of a person who may read the account.`,
      'To fix it: aws sso login, or export AWS_PROFILE=…; aws sts get-caller-identity must answer.',
    ],
    UNREACHABLE,
  );
}

function notReached(call: string, because: string): CliError {
  return new CliError(
    [
      `AWS: got no answer to ${call} (${because}); want one.`,
      'To fix it: check the network, the proxy and the region, and run the command again.',
    ],
    UNREACHABLE,
  );
}
