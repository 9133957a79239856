/** What a CloudFormation template says, read as CloudFormation would; first of all the policies of each function. Pure. */
import type { Statement } from './policy.ts';

/** As much of a template as is read. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** Where the stack stands, and the names of what CloudFormation would name itself. */
export interface Place {
  readonly region: string;
  readonly account: string;
  /** By the resource's type: what its `Ref` gives where the template leaves the name to CloudFormation. */
  readonly names: Readonly<Record<string, string>>;
}

/** What IAM knows of the functions. */
export interface Iam {
  /** The statements of each function's role, by the name of the function. One that is not here may do nothing. */
  readonly policies: Readonly<Record<string, readonly Statement[]>>;
  /** By the ARN of a topic: the ARN of the key that encrypts it. */
  readonly topicKeys: Readonly<Record<string, string>>;
}

/** Reads it. Throws for what it cannot resolve: a policy half read would allow, or deny, by accident. */
export function readIam(template: Template, place: Place): Iam {
  const read = new TemplateReader(template, place);
  const policies = read.ofType('AWS::Lambda::Function').map(([id, properties]) => {
    const role = properties.Role as { readonly 'Fn::GetAtt'?: readonly [string, string] } | undefined;
    const roleId = role?.['Fn::GetAtt']?.[0];
    if (roleId === undefined) throw unresolved(properties.Role, 'a role of the template');
    return [read.text({ Ref: id }), read.statementsOf(roleId)] as const;
  });
  const topicKeys = read.ofType('AWS::SNS::Topic').flatMap(([id, properties]) => {
    const key = properties.KmsMasterKeyId;
    return key === undefined ? [] : [[read.text({ Ref: id }), read.text(key)] as const];
  });
  return { policies: Object.fromEntries(policies), topicKeys: Object.fromEntries(topicKeys) };
}

interface PolicyProperties {
  readonly PolicyDocument: { readonly Statement: readonly unknown[] };
  readonly Roles?: readonly { readonly Ref?: string }[];
}

/** A template with the names of a place put in. It throws for what it cannot resolve. */
export class TemplateReader {
  readonly #template: Template;
  readonly #place: Place;

  constructor(template: Template, place: Place) {
    this.#template = template;
    this.#place = place;
  }

  /** Inline policies, and managed ones of the template, attached from either side. */
  statementsOf(roleId: string): readonly Statement[] {
    const { Policies = [], ManagedPolicyArns = [] } = (this.#resource(roleId).Properties ?? {}) as {
      readonly Policies?: readonly PolicyProperties[];
      readonly ManagedPolicyArns?: readonly { readonly Ref?: string }[];
    };
    const managed = ManagedPolicyArns.map((arn) => {
      if (arn.Ref === undefined) throw unresolved(arn, 'a managed policy of the template');
      return this.#resource(arn.Ref).Properties as unknown as PolicyProperties;
    });
    const attached = [...this.ofType('AWS::IAM::Policy'), ...this.ofType('AWS::IAM::ManagedPolicy')]
      .map(([, properties]) => properties as unknown as PolicyProperties)
      .filter(({ Roles = [] }) => Roles.some(({ Ref }) => Ref === roleId));
    return [...Policies, ...new Set([...managed, ...attached])].flatMap(
      ({ PolicyDocument }) => this.value(PolicyDocument.Statement) as Statement[],
    );
  }

  /** Every resource of this type, by its logical id. */
  ofType(type: string): readonly (readonly [string, Readonly<Record<string, unknown>>])[] {
    return Object.entries(this.#template.Resources).flatMap(([id, { Type, Properties = {} }]) =>
      Type === type ? [[id, Properties] as const] : [],
    );
  }

  propertiesOf(id: string): Readonly<Record<string, unknown>> {
    return this.#resource(id).Properties ?? {};
  }

  text(value: unknown): string {
    const resolved = this.value(value);
    if (typeof resolved === 'string') return resolved;
    throw unresolved(value, 'a text');
  }

  /** The value with every intrinsic function in it carried out. */
  value(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.value(each));
    if (value === null || typeof value !== 'object') return value;
    const [first, ...others] = Object.entries(value as Readonly<Record<string, unknown>>);
    if (first && others.length === 0 && (first[0] === 'Ref' || first[0].startsWith('Fn::')))
      return this.#carryOut(first[0], first[1]);
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.value(each)]));
  }

  #carryOut(name: string, argument: unknown): string {
    switch (name) {
      case 'Ref':
        return this.#ref(String(argument));
      case 'Fn::GetAtt': {
        const [id = '', attribute = ''] = argument as readonly string[];
        return this.#attribute(id, attribute);
      }
      case 'Fn::Join': {
        const [separator, parts] = argument as readonly [string, readonly unknown[]];
        return parts.map((part) => this.text(part)).join(separator);
      }
      case 'Fn::Sub':
        return this.#substitute(argument);
      default:
        throw unresolved({ [name]: argument }, 'Ref, Fn::GetAtt, Fn::Join or Fn::Sub');
    }
  }

  #substitute(argument: unknown): string {
    const [text, variables] = (Array.isArray(argument) ? argument : [argument, {}]) as [
      string,
      Readonly<Record<string, unknown>>,
    ];
    return text.replace(/\$\{([^!}][^}]*)\}/g, (_, name: string) => {
      if (Object.hasOwn(variables, name)) return this.text(variables[name]);
      const [id = '', attribute] = name.split('.');
      return attribute === undefined ? this.#ref(id) : this.#attribute(id, attribute);
    });
  }

  #ref(id: string): string {
    const { region, account } = this.#place;
    const pseudo: Readonly<Record<string, string>> = {
      'AWS::Partition': 'aws',
      'AWS::Region': region,
      'AWS::AccountId': account,
      'AWS::URLSuffix': 'amazonaws.com',
    };
    const { Type } = pseudo[id] === undefined ? this.#resource(id) : { Type: '' };
    return pseudo[id] ?? (Type === 'AWS::SNS::Topic' ? this.#arn('sns', this.#nameOf(id)) : this.#nameOf(id));
  }

  #attribute(id: string, attribute: string): string {
    const { Type } = this.#resource(id);
    // The functions of the lab have one version.
    if (Type === 'AWS::Lambda::Version' && attribute === 'Version') return '1';
    const arnOf = attribute === 'Arn' || attribute === 'TopicArn' ? arns[Type] : undefined;
    if (!arnOf)
      throw unresolved({ 'Fn::GetAtt': [id, attribute] }, `the ARN of ${Object.keys(arns).join(', ')}`);
    const [service, resource] = arnOf;
    return this.#arn(service, `${resource}${this.#nameOf(id)}`);
  }

  #arn(service: string, resource: string): string {
    const { region, account } = this.#place;
    return `arn:aws:${service}:${region}:${account}:${resource}`;
  }

  /** The name in the template, else the one that the lab gives to resources of this type, else its logical id. */
  #nameOf(id: string): string {
    const { Type, Properties = {} } = this.#resource(id);
    const given = Properties[nameProperties[Type] ?? ''];
    return given === undefined ? (this.#place.names[Type] ?? id) : this.text(given);
  }

  #resource(id: string): Resource {
    const found = this.#template.Resources[id];
    if (!found) throw unresolved({ Ref: id }, 'a resource of the template');
    return found;
  }
}

/** Service and resource in the ARN of each type, before the name. */
const arns: Readonly<Record<string, readonly [service: string, resource: string]>> = {
  'AWS::DynamoDB::Table': ['dynamodb', 'table/'],
  'AWS::KMS::Key': ['kms', 'key/'],
  'AWS::Lambda::Function': ['lambda', 'function:'],
  'AWS::SNS::Topic': ['sns', ''],
  'AWS::SQS::Queue': ['sqs', ''],
};

/** The property in which a template names a resource of each type. */
const nameProperties: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::SSM::Document': 'Name',
};

function unresolved(value: unknown, want: string): Error {
  return new Error(
    `the lab cannot read ${JSON.stringify(value)} in the template; want ${want}: teach lab/aws/iam/template.ts`,
  );
}
