/** What a deployment left in moto: asked of moto, not of the CLI, whose word is not success. */
import type { Template } from '../../lab/aws/iam/template.ts';
import { environmentName } from '../../lab/deployment.ts';
import { prefixOf } from '../../lib/stack/names.ts';
import { ask, query } from './ask.ts';
import type { Moto } from './moto.ts';
import { notAsWanted } from './wrong.ts';

export interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

export interface Deployed {
  /** The template as moto has it, by logical id. */
  readonly resources: Readonly<Record<string, Resource>>;
  readonly template: Template;
  /** The name of the table. */
  readonly table: string;
  /** How many of them it made. */
  readonly made: number;
  /** The types that it could not make, each once. */
  readonly skipped: readonly string[];
}

export const stackName = prefixOf(environmentName);

/** Reads the stack. Throws a `LabError` when something is missing that moto could have made. */
export async function readStack(moto: Moto): Promise<Deployed> {
  const resources = await readTemplate(moto);
  const made = await readMade(moto);
  const missing = Object.entries(resources).filter(([id]) => !made.has(id));
  const unsupported = moto.unsupported();
  const lost = missing.filter(([, { Type }]) => !unsupported.has(Type));
  if (lost.length > 0) {
    throw notAsWanted(
      `a stack without ${lost.map(([id, { Type }]) => `${id} (${Type})`).join(', ')}`,
      'all that moto can make',
    );
  }
  const table = [...made.values()].find(({ ResourceType: type }) => type === 'AWS::DynamoDB::Table');
  return {
    resources,
    template: { Resources: resources },
    table: table?.PhysicalResourceId ?? '',
    made: made.size,
    skipped: [...new Set(missing.map(([, { Type }]) => Type))].sort(),
  };
}

/** Throws a `LabError` when anything of the stack is left but what it must keep: the table. */
export async function expectGone(moto: Moto, { resources }: Deployed): Promise<void> {
  const left = await query(moto, 'cloudformation', 'DescribeStacks', { StackName: stackName }).catch(
    () => null,
  );
  if (left) throw notAsWanted('a stack that is still there', 'none after cdk destroy');
  const functions = (await list(moto, 'lambda', '/2015-03-31/functions/')).Functions as unknown[];
  if (functions.length > 0) throw notAsWanted(`${functions.length} functions`, 'none after cdk destroy');
  // A version is kept too, while its function is.
  const kept = Object.values(resources).filter(
    ({ Type, DeletionPolicy }) => Type === 'AWS::DynamoDB::Table' && DeletionPolicy === 'Retain',
  );
  const { TableNames: tables } = await call(moto, 'dynamodb', 'DynamoDB_20120810.ListTables');
  if ((tables as unknown[]).length !== kept.length) {
    throw notAsWanted(
      `the tables ${JSON.stringify(tables)}`,
      `${kept.length} that is kept after cdk destroy`,
    );
  }
}

/** The content of a document as SSM has it: a text, which moto writes in its own way. */
export async function readDocument(moto: Moto, name: string): Promise<string> {
  const { Content } = await call(moto, 'ssm', 'AmazonSSM.GetDocument', { Name: name });
  return String(Content);
}

/** How long the logs of a function are kept, in days. */
export async function readLogRetention(moto: Moto, functionName: string): Promise<number | undefined> {
  const { logGroups } = await call(moto, 'logs', 'Logs_20140328.DescribeLogGroups');
  const groups = logGroups as readonly { logGroupName: string; retentionInDays?: number }[];
  return groups.find(({ logGroupName }) => logGroupName === `/aws/lambda/${functionName}`)?.retentionInDays;
}

async function readTemplate(moto: Moto): Promise<Readonly<Record<string, Resource>>> {
  const { TemplateBody: body } = await query(moto, 'cloudformation', 'GetTemplate', { StackName: stackName });
  const { Resources: resources } = JSON.parse(String(body)) as { Resources: Record<string, Resource> };
  return resources;
}

interface Made {
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId: string;
  readonly ResourceType: string;
}

/** What there is of it, by logical id. */
async function readMade(moto: Moto): Promise<ReadonlyMap<string, Made>> {
  const answer = await query(moto, 'cloudformation', 'DescribeStackResources', { StackName: stackName });
  const { member = [] } = answer.StackResources as { member?: readonly Made[] };
  return new Map(member.map((one) => [one.LogicalResourceId, one]));
}

async function call(
  moto: Moto,
  service: string,
  target: string,
  input: object = {},
): Promise<Record<string, unknown>> {
  const headers = { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1' };
  return JSON.parse(
    (await ask(moto, { service, headers, body: JSON.stringify(input) })).toString(),
  ) as Record<string, unknown>;
}

async function list(moto: Moto, service: string, path: string): Promise<Record<string, unknown>> {
  return JSON.parse((await ask(moto, { service, path })).toString()) as Record<string, unknown>;
}
