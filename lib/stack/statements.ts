/** How our policies are written: statements with names, on ARNs that are spelled out. */
import { ArnFormat, type Stack } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';

export type Policies = Readonly<Record<string, PolicyDocument>>;

/** A document of these statements. */
export function policy(...statements: PolicyStatement[]): PolicyDocument {
  return new PolicyDocument({ statements });
}

/** No statement where there is no resource. */
export function allow(
  sid: string,
  actions: readonly string[],
  resources: readonly string[],
  conditions: Readonly<Record<string, unknown>> = {},
): PolicyStatement[] {
  if (resources.length === 0) return [];
  return [
    new PolicyStatement({ sid, actions: [...actions], resources: [...new Set(resources)], conditions }),
  ];
}

/** Lambda sets this on the calls that a function's code makes, and not on those that it makes itself under its role. */
export const notByCode = { Null: { 'lambda:SourceFunctionArn': 'true' } } as const;

/** `arn:aws:ec2:eu-central-1:111122223333:instance/i-…` */
export function slashArn(stack: Stack, service: string, resource: string, resourceName: string): string {
  return stack.formatArn({ service, resource, resourceName });
}

/** `arn:aws:lambda:eu-central-1:111122223333:function:keepalambda-prod-watch` */
export function colonArn(stack: Stack, service: string, resource: string, resourceName: string): string {
  return stack.formatArn({ service, resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
}

/** The function by its name, without a version. */
export function functionArn(stack: Stack, name: string): string {
  return colonArn(stack, 'lambda', 'function', name);
}

/** Every version of the function, and none of another one. */
export function versionsArn(stack: Stack, name: string): string {
  return `${functionArn(stack, name)}:*`;
}
