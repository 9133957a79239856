/** STS: who am I, so that `aws sts get-caller-identity` against the lab answers. */
import { ApiError, type Service, unknownAction } from './api.ts';
import { Form, queryAnswer, queryError } from './query.ts';

const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** The STS service. */
export function createSts(account: string): Service {
  return {
    name: 'sts',
    actionOf: (request) => new Form(request).text('Action') ?? '',
    async handle(action) {
      if (action !== 'GetCallerIdentity') throw unknownAction('sts', action);
      const content = { UserId: 'AIDALAB', Account: account, Arn: `arn:aws:iam::${account}:user/lab` };
      return queryAnswer(action, namespace, content);
    },
    renderError: (error) => queryError(namespace, error),
    throttled: new ApiError('Throttling', 'Rate exceeded'),
    denied: (why) => new ApiError('AccessDenied', why, 403),
  };
}
