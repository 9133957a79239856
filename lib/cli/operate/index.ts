/** The operators' verbs: all go through the deployed operate function of an environment. */
import type { Command } from 'commander';
import { askVerbs } from './ask-verbs.ts';
import { drillVerb } from './drill.ts';
import { hostVerbs } from './host-verbs.ts';
import { incidentVerb } from './incident.ts';
import { maintainVerb } from './maintain.ts';
import { orderVerbs } from './order-verbs.ts';
import { rebuildVerb } from './rebuild.ts';
import type { Context } from './verb.ts';
import { watchVerb } from './watch.ts';

export function operatorVerbs(context: Context): readonly Command[] {
  return [
    ...askVerbs(context),
    ...orderVerbs(context),
    rebuildVerb(context),
    ...hostVerbs(context),
    maintainVerb(context),
    drillVerb(context),
    watchVerb(context),
    incidentVerb(context),
  ];
}
