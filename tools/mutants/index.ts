/** Every mutant. `npm run mutants` tries them one after the other. */
import { decisionMutants } from './guards/decision.ts';
import { evidenceMutants } from './guards/evidence.ts';
import { hostMutants } from './guards/hosts.ts';
import { memoryMutants } from './guards/memory.ts';
import { pairMutants } from './guards/pair.ts';
import { peopleMutants } from './guards/people.ts';
import { planMutants } from './guards/plan.ts';
import { standbyMutants } from './guards/standby.ts';
import { watchMutants } from './guards/watch.ts';
import type { Mutant } from './mutant.ts';

export const mutants: readonly Mutant[] = [
  ...evidenceMutants,
  ...standbyMutants,
  ...decisionMutants,
  ...memoryMutants,
  ...planMutants,
  ...pairMutants,
  ...peopleMutants,
  ...watchMutants,
  ...hostMutants,
];
