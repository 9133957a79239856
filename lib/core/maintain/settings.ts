/** The documents of the team's own that a maintenance may run on a node. */
import { z } from 'zod';
import { name } from '../config/config-values.ts';

const want = 'the name of an SSM document of your own account, such as upgrade-mysql (not one of AWS)';

export const maintenanceFields = {
  maintenance: z
    .record(
      name,
      z
        .string(want)
        .regex(/^[A-Za-z0-9_.-]{3,128}$/, want)
        .refine((document) => !/^aws-/i.test(document), want),
    )
    .default({})
    .meta({
      description:
        'Documents of your own that `maintain PAIR --command NAME` runs on each node, by that name. They get no parameters, must leave the server running, and do no harm when they run twice. Needs `hostWork`.',
    }),
};
