/** Every mutant. `npm run mutants` tries them one after the other. */
import { coreMutants } from './core.ts';
import { hostMutants } from './hosts.ts';
import type { Mutant } from './mutant.ts';
import { watchMutants } from './watch.ts';

export const mutants: readonly Mutant[] = [...coreMutants, ...watchMutants, ...hostMutants];
