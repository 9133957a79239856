/**
 * The permissions that a call needs: actions, resources and condition keys, as AWS's Service Authorization Reference
 * has them. A call that is not here needs its own name on `*`, so that nothing slips through.
 */
import type { ApiRequest, ServiceName } from '../api.ts';
import { qualifierOf } from '../lambda-names.ts';
import { Form } from '../query.ts';
import type { Context } from './conditions.ts';
import type { Need } from './policy.ts';

/** What the lab knows of its own things, beside their names. */
export interface Surroundings {
  readonly region: string;
  readonly account: string;
  /** The tags of an instance or an ENI, by its id. */
  readonly tagsOf: (id: string) => Readonly<Record<string, string>>;
  /** The instance to which the ENI is attached. */
  readonly instanceOf: (eniId: string) => string | null;
  /** The key that encrypts the topic, as an ARN; null for none. */
  readonly topicKeyOf: (topicArn: string) => string | null;
  /** The key that encrypts the parameter or secret, as an ARN; null for AWS's own. */
  readonly parameterKeyOf: (name: string) => string | null;
}

export interface Asked {
  readonly service: ServiceName;
  readonly action: string;
  readonly request: ApiRequest;
}

/** What the call needs. Empty for what IAM lets everybody do. */
export function needsOf(asked: Asked, surroundings: Surroundings): readonly Need[] {
  const needs = new Needs(surroundings);
  switch (asked.service) {
    case 'ec2':
      return ec2(asked, new Form(asked.request), needs);
    case 'ssm':
      return ssm(asked.action, bodyOf(asked.request), needs);
    case 'sns':
      return sns(asked.action, new Form(asked.request), needs);
    case 'dynamodb':
      return dynamodb(asked.action, bodyOf(asked.request), needs);
    case 'lambda':
      return lambda(asked, needs);
    case 'events':
      return putEvents(asked.action, bodyOf(asked.request), needs);
    case 'sts':
      // AWS answers GetCallerIdentity even to a caller who is denied it.
      return [];
  }
}

type Body = Readonly<Record<string, unknown>>;

/** Makes needs with the ARNs and tags of the lab's account. */
class Needs {
  readonly around: Surroundings;

  constructor(around: Surroundings) {
    this.around = around;
  }

  on(action: string, resource: string, context: Context = {}): Need {
    return { action, resource, context };
  }

  arn(service: string, resource: string): string {
    return `arn:aws:${service}:${this.around.region}:${this.around.account}:${resource}`;
  }

  /** With the tags that the thing has, which policies may ask for. */
  tagged(action: string, resource: string, id: string): Need {
    const service = action.split(':')[0] ?? '';
    const tags = Object.entries(this.around.tagsOf(id)).flatMap(([key, value]) => [
      [`aws:resourcetag/${key.toLowerCase()}`, value],
      [`${service}:resourcetag/${key.toLowerCase()}`, value],
    ]);
    return this.on(action, this.arn('ec2', resource), Object.fromEntries(tags) as Context);
  }
}

function ec2({ action }: Asked, form: Form, needs: Needs): readonly Need[] {
  const name = `ec2:${action}`;
  const eniId = form.text('NetworkInterfaceId') ?? '';
  const eni = () => needs.tagged(name, `network-interface/${eniId}`, eniId);
  const instance = (id: string) => needs.tagged(name, `instance/${id}`, id);
  switch (action) {
    case 'AssignPrivateIpAddresses':
    case 'UnassignPrivateIpAddresses':
      return [eni()];
    case 'ModifyNetworkInterfaceAttribute': {
      const instanceId = needs.around.instanceOf(eniId);
      const groups = form.list('SecurityGroupId');
      return [
        eni(),
        ...(instanceId === null ? [] : [instance(instanceId)]),
        ...groups.map((id) => needs.on(name, needs.arn('ec2', `security-group/${id}`))),
      ];
    }
    case 'StartInstances':
    case 'StopInstances':
    case 'RebootInstances':
      return form.list('InstanceId').map(instance);
    default:
      return [needs.on(name, '*')];
  }
}

const secretsPrefix = '/aws/reference/secretsmanager/';

function ssm(action: string, body: Body, needs: Needs): readonly Need[] {
  const name = `ssm:${action}`;
  switch (action) {
    case 'GetParameter': {
      const parameter = String(body.Name ?? '');
      const read = needs.on(name, needs.arn('ssm', `parameter/${parameter.replace(/^\//, '')}`));
      if (!parameter.startsWith(secretsPrefix)) return [read, ...decrypt('ssm', parameter, needs)];
      // Secrets Manager ends the name of every secret with a hyphen and six characters of its own.
      const secret = needs.arn('secretsmanager', `secret:${parameter.slice(secretsPrefix.length)}-AbCdEf`);
      const open = needs.on('secretsmanager:GetSecretValue', secret);
      return [read, open, ...decrypt('secretsmanager', parameter, needs)];
    }
    case 'PutParameter':
      return [needs.on(name, needs.arn('ssm', `parameter/${String(body.Name ?? '').replace(/^\//, '')}`))];
    case 'SendCommand': {
      const document =
        String(body.DocumentName ?? '')
          .split('document/')
          .at(-1) ?? '';
      const instances = (body.InstanceIds ?? []) as readonly string[];
      return [
        needs.on(name, needs.arn('ssm', `document/${document}`)),
        ...instances.map((id) => needs.tagged(name, `instance/${id}`, id)),
      ];
    }
    default:
      return [needs.on(name, '*')];
  }
}

/** What is encrypted with a key of the account's own is decrypted in the caller's name, by the service that keeps it. */
function decrypt(service: string, parameter: string, needs: Needs): readonly Need[] {
  const key = needs.around.parameterKeyOf(parameter);
  const context = { 'kms:viaservice': `${service}.${needs.around.region}.amazonaws.com` };
  return key === null ? [] : [needs.on('kms:Decrypt', key, context)];
}

function sns(action: string, form: Form, needs: Needs): readonly Need[] {
  const topicArn = form.text('TopicArn') ?? form.text('TargetArn') ?? '';
  if (action !== 'Publish') return [needs.on(`sns:${action}`, topicArn)];
  const key = needs.around.topicKeyOf(topicArn);
  // A publisher to an encrypted topic needs the key: SNS asks KMS in the caller's name.
  const encrypt =
    key === null ? [] : ['kms:GenerateDataKey', 'kms:Decrypt'].map((name) => needs.on(name, key));
  return [needs.on('sns:Publish', topicArn), ...encrypt];
}

/** Each event is judged by itself: by its bus, and by what it says that it is. */
function putEvents(action: string, body: Body, needs: Needs): readonly Need[] {
  if (action !== 'PutEvents') return [needs.on(`events:${action}`, '*')];
  const entries = (body.Entries ?? []) as readonly Readonly<Record<string, string>>[];
  return entries.map(({ EventBusName: bus = 'default', Source = '', DetailType = '' }) => {
    const arn = bus.startsWith('arn:') ? bus : needs.arn('events', `event-bus/${bus}`);
    return needs.on('events:PutEvents', arn, { 'events:source': Source, 'events:detail-type': DetailType });
  });
}

function dynamodb(action: string, body: Body, needs: Needs): readonly Need[] {
  const table = (name: unknown) => needs.arn('dynamodb', `table/${String(name)}`);
  switch (action) {
    case 'BatchGetItem':
    case 'BatchWriteItem':
      return Object.keys(body.RequestItems ?? {}).map((name) => needs.on(`dynamodb:${action}`, table(name)));
    case 'TransactGetItems':
    case 'TransactWriteItems': {
      const items = (body.TransactItems ?? []) as readonly Readonly<Record<string, Body>>[];
      return items.flatMap((item) =>
        Object.entries(item).map(([kind, { TableName }]) =>
          needs.on(`dynamodb:${transactActions[kind] ?? kind}`, table(TableName)),
        ),
      );
    }
    case 'ListTables':
      return [needs.on('dynamodb:ListTables', '*')];
    default: {
      const index = body.IndexName === undefined ? '' : `/index/${String(body.IndexName)}`;
      return [needs.on(`dynamodb:${action}`, `${table(body.TableName)}${index}`)];
    }
  }
}

/** A transaction needs the permissions of what it is made of. */
const transactActions: Readonly<Record<string, string>> = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

/** The lab's actions of Lambda carry the function's name: `Invoke/watch`. */
function lambda({ action, request }: Asked, needs: Needs): readonly Need[] {
  const [verb = '', functionName] = action.split('/');
  const name = `lambda:${verb === 'Invoke' ? 'InvokeFunction' : verb}`;
  if (functionName === undefined) return [needs.on(name, '*')];
  const qualifier = qualifierOf(request.path);
  const version = qualifier === null ? '' : `:${qualifier}`;
  return [needs.on(name, needs.arn('lambda', `function:${functionName}${version}`))];
}

function bodyOf({ body }: ApiRequest): Body {
  try {
    return JSON.parse(body.toString('utf8') || '{}') as Body;
  } catch {
    // The service says what is wrong with it.
    return {};
  }
}
