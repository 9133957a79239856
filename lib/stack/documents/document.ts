/** What an SSM document of ours is: plain data, so that the lab runs the very script that is deployed. */

interface Parameter {
  readonly type: 'String';
  readonly description: string;
  /** What a value must look like; SSM refuses any other before it reaches the host. */
  readonly allowedPattern: string;
  /** The agent hands the value to the script as the variable `SSM_NAME`: it is never part of its text. */
  readonly interpolationType: 'ENV_VAR';
}

/** The content of an SSM document of type `Command`, schema 2.2. */
export interface Document {
  readonly schemaVersion: '2.2';
  readonly description: string;
  readonly parameters?: Readonly<Record<string, Parameter>>;
  readonly mainSteps: readonly [
    {
      readonly action: 'aws:runShellScript';
      readonly name: string;
      readonly precondition: { readonly StringEquals: readonly ['platformType', 'Linux'] };
      readonly inputs: { readonly timeoutSeconds: string; readonly runCommand: readonly string[] };
    },
  ];
}

/**
 * A document that runs one script with `sh`.
 * @param name of its step: letters and digits
 * @param timeoutSeconds after which the agent kills the script
 */
export function shellDocument(
  name: string,
  description: string,
  timeoutSeconds: number,
  script: string,
  parameters?: Readonly<Record<string, Parameter>>,
): Document {
  const runCommand = [...Object.keys(parameters ?? {}).map(forOldAgents), ...script.trim().split('\n')];
  return {
    schemaVersion: '2.2',
    description,
    ...(parameters ? { parameters } : {}),
    mainSteps: [
      {
        action: 'aws:runShellScript',
        name,
        precondition: { StringEquals: ['platformType', 'Linux'] },
        inputs: { timeoutSeconds: String(timeoutSeconds), runCommand },
      },
    ],
  };
}

/**
 * An agent before 3.3.2746.0 makes no variables and puts the value into the text instead, which the
 * parameter's pattern keeps harmless.
 */
function forOldAgents(parameter: string): string {
  return `[ -n "\${SSM_${parameter}+x}" ] || SSM_${parameter}='{{${parameter}}}'`;
}
