/** Asks operate, as a person would. */
import { functionNameOf } from '../../lib/stack/names.ts';
import { environmentName } from '../deployment.ts';
import type { LabWorld } from '../world.ts';

/** Gives back what the person reads. */
export async function ask({ aws }: LabWorld, event: object): Promise<string> {
  const { payload } = await aws.lambda.invoke(functionNameOf(environmentName, 'operate'), event);
  const { lines } = JSON.parse(payload) as { lines?: readonly string[] };
  return lines?.join(' ') ?? payload;
}
