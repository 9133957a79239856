/** SSM documents: what the stack synthesises, and what SSM makes of it and of somebody's parameters. */
import { ApiError } from './api.ts';

interface ParameterSpec {
  readonly type: string;
  readonly default?: string;
  readonly allowedPattern?: string;
  readonly allowedValues?: readonly string[];
  readonly interpolationType?: string;
}

/** The content of a Command document, schema 2.2, with its one step. */
export interface DocumentContent {
  readonly schemaVersion: string;
  readonly description?: string;
  readonly parameters?: Readonly<Record<string, ParameterSpec>>;
  readonly mainSteps: readonly {
    readonly action: string;
    readonly name: string;
    readonly inputs: {
      readonly runCommand: readonly string[] | string;
      readonly timeoutSeconds?: string | number;
      readonly workingDirectory?: string;
    };
  }[];
}

/** A script as it gets to a host. */
export interface Script {
  readonly text: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly workingDirectory: string | null;
  readonly stepName: string;
}

/** Throws for a document that SSM, or this lab, does not take: that is a fault of the stack. */
export function checkDocument(name: string, content: DocumentContent): void {
  const step = content.mainSteps[0];
  if (content.schemaVersion !== '2.2')
    throw new Error(`document ${name}: got schema ${content.schemaVersion}, want 2.2: change schemaVersion`);
  if (content.mainSteps.length !== 1 || step?.action !== 'aws:runShellScript')
    throw new Error(`document ${name}: want one step, aws:runShellScript: the lab runs no other`);
  for (const [key, parameter] of Object.entries(content.parameters ?? {})) {
    if (parameter.type !== 'String')
      throw new Error(`document ${name}: parameter ${key} is a ${parameter.type}: the lab takes String only`);
    if (parameter.interpolationType !== undefined && parameter.interpolationType !== 'ENV_VAR')
      throw new Error(`document ${name}: parameter ${key}: interpolationType is ENV_VAR or left out`);
  }
}

/**
 * The script for these parameters. A parameter with `ENV_VAR` comes as the variable `SSM_name`; `{{ name }}`
 * is still replaced by the text as it is, which is why a pattern matters. Throws InvalidParameters.
 */
export function scriptOf(
  content: DocumentContent,
  given: Readonly<Record<string, readonly string[]>>,
): Script {
  const values = valuesOf(content.parameters ?? {}, given);
  const step = content.mainSteps[0];
  if (!step) throw new Error('a document without a step was registered');
  const lines = step.inputs.runCommand;
  const source = typeof lines === 'string' ? lines : lines.join('\n');
  const fill = (text: string) =>
    text.replace(/\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g, (whole, name: string) => values[name] ?? whole);
  const environment = Object.entries(values).flatMap(([name, value]) =>
    content.parameters?.[name]?.interpolationType === 'ENV_VAR' ? [[`SSM_${name}`, value]] : [],
  );
  return {
    text: fill(source),
    environment: Object.fromEntries(environment),
    timeoutSeconds: Number(fill(String(step.inputs.timeoutSeconds ?? 3600))),
    workingDirectory: step.inputs.workingDirectory ?? null,
    stepName: step.name,
  };
}

function valuesOf(
  parameters: Readonly<Record<string, ParameterSpec>>,
  given: Readonly<Record<string, readonly string[]>>,
): Readonly<Record<string, string>> {
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(parameters, name));
  if (unknown.length > 0) throw invalid(`the document has no parameter ${unknown.join(', ')}`);
  const entries = Object.entries(parameters).map(([name, spec]) => {
    const value = given[name]?.[0] ?? spec.default;
    if (value === undefined) throw invalid(`the parameter ${name} is required`);
    if ((given[name]?.length ?? 1) !== 1) throw invalid(`the parameter ${name} takes one value`);
    if (spec.allowedPattern !== undefined && !new RegExp(spec.allowedPattern).test(value))
      throw invalid(`Parameter "${name}" does not match allowedPattern ${spec.allowedPattern}`);
    if (spec.allowedValues && !spec.allowedValues.includes(value))
      throw invalid(`Parameter "${name}" is not one of allowedValues ${spec.allowedValues.join(', ')}`);
    return [name, value];
  });
  return Object.fromEntries(entries);
}

function invalid(message: string): ApiError {
  return new ApiError('InvalidParameters', message);
}
