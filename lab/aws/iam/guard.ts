/** Who calls, and whether the policies of its role allow what it asks for. */
import { createHash } from 'node:crypto';
import { ApiError, type ApiRequest, type Service, type ServiceName } from '../api.ts';
import type { AwsEvents } from '../events.ts';
import { needsOf, type Surroundings } from './needs.ts';
import { type Decision, decide, expectReadable, type Need } from './policy.ts';
import type { Iam } from './template.ts';

/** A person with the AWS CLI, and the lab itself: they may do everything. */
export const operatorCredentials = { accessKeyId: 'lab', secretAccessKey: 'lab' } as const;

export interface Guard {
  /** The credentials of the function's role, as Lambda puts them into its environment. */
  environmentOf(functionName: string): Readonly<Record<string, string>>;
  /** Throws the `ApiError` with which the service refuses a caller who may not do this, and says so as an event. */
  check(service: Service, action: string, request: ApiRequest): void;
  /** From now on the roles allow this: a deployment has changed them. Throws for policies that it cannot judge. */
  allow(iam: Iam): void;
}

export interface GuardParts {
  /** Null: functions may do everything. */
  readonly iam: Iam | null;
  readonly surroundings: Omit<Surroundings, 'topicKeyOf'>;
  readonly events: AwsEvents;
}

/** Knows nobody but the operator until functions are given their credentials. Throws for policies that it cannot judge. */
export function createGuard({ iam: atStart, surroundings, events }: GuardParts): Guard {
  let iam = expectAllReadable(atStart);
  const callers = new Map<string, string>();
  const around = { ...surroundings, topicKeyOf: (arn: string) => iam?.topicKeys[arn] ?? null };

  function checkFunction(functionName: string, service: Service, action: string, request: ApiRequest): void {
    if (iam === null) return;
    const known = {
      'lambda:sourcefunctionarn': functionArn(around, functionName),
      'aws:principalaccount': around.account,
      'aws:requestedregion': around.region,
      'aws:securetransport': 'true',
    };
    for (const need of needsOf({ service: service.name, action, request }, around)) {
      const whole = { ...need, context: { ...known, ...need.context } };
      const decision = decide(iam.policies[functionName] ?? [], whole);
      if (decision.kind === 'allow') continue;
      const { action: denied, resource } = need;
      const because = reasonOf(decision, need);
      events.emit('denied', { atMs: Date.now(), functionName, action: denied, resource, because });
      throw errorOf(service, need, describe(around, functionName, need, because));
    }
  }

  return {
    allow(deployed) {
      iam = expectAllReadable(deployed);
    },
    environmentOf(functionName) {
      const accessKeyId = accessKeyOf(functionName);
      callers.set(accessKeyId, functionName);
      return {
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: 'lab',
        // Keys that begin with ASIA are temporary, and go with a token.
        AWS_SESSION_TOKEN: `the session of ${functionName}`,
      };
    },
    check(service, action, request) {
      const accessKeyId = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? '';
      if (accessKeyId === operatorCredentials.accessKeyId) return;
      const functionName = callers.get(accessKeyId);
      if (functionName === undefined) throw unknownKey(service.name);
      checkFunction(functionName, service, action, request);
    },
  };
}

function expectAllReadable(iam: Iam | null): Iam | null {
  for (const statement of Object.values(iam?.policies ?? {}).flat()) expectReadable(statement);
  return iam;
}

/** `ASIA` and sixteen characters, as temporary keys are. */
function accessKeyOf(functionName: string): string {
  const digest = createHash('sha256').update(functionName).digest('hex');
  return `ASIA${digest.slice(0, 16).toUpperCase()}`;
}

function functionArn({ region, account }: Surroundings, functionName: string): string {
  return `arn:aws:lambda:${region}:${account}:function:${functionName}`;
}

function reasonOf(decision: Exclude<Decision, { kind: 'allow' }>, { action }: Need): string {
  switch (decision.kind) {
    case 'implicit-deny':
      return `because no identity-based policy allows the ${action} action`;
    case 'explicit-deny':
      return 'with an explicit deny in an identity-based policy';
  }
}

/** As AWS words it. */
function describe(
  { account }: Surroundings,
  functionName: string,
  { action, resource }: Need,
  because: string,
): string {
  const user = `arn:aws:sts::${account}:assumed-role/${functionName}/${functionName}`;
  const where = resource === '*' ? '' : ` on resource: ${resource}`;
  return `User: ${user} is not authorized to perform: ${action}${where} ${because}`;
}

function errorOf(service: Service, { action }: Need, why: string): ApiError {
  return service.name === 'sns' && action.startsWith('kms:')
    ? new ApiError('KMSAccessDenied', why)
    : service.denied(why);
}

/** How each service refuses a key that nobody has. */
const unknownKeys = {
  ec2: ['AuthFailure', 'AWS was not able to validate the provided access credentials', 401],
  ssm: ['UnrecognizedClientException', 'The security token included in the request is invalid.', 400],
  sns: ['InvalidClientTokenId', 'The security token included in the request is invalid.', 403],
  lambda: ['UnrecognizedClientException', 'The security token included in the request is invalid.', 403],
  dynamodb: ['UnrecognizedClientException', 'The security token included in the request is invalid.', 400],
  events: ['UnrecognizedClientException', 'The security token included in the request is invalid.', 400],
  sts: ['InvalidClientTokenId', 'The security token included in the request is invalid.', 403],
} as const satisfies Record<ServiceName, readonly [code: string, message: string, status: number]>;

function unknownKey(service: ServiceName): ApiError {
  const [code, message, status] = unknownKeys[service];
  return new ApiError(code, message, status);
}
