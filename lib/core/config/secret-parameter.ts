/** Secrets of Secrets Manager, named as SSM parameters. */

const prefix = '/aws/reference/secretsmanager/';

/** The id of the secret that this parameter stands for; null for a parameter of its own. */
export function secretIdOf(parameter: string): string | null {
  return parameter.startsWith(prefix) ? parameter.slice(prefix.length) : null;
}
