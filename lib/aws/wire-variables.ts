/** The environment variables of watch and operate, as the stack sets them. */
import * as z from 'zod';
import { faultsOf, renderFault } from '../core/fault.ts';
import { type HostDocument, type WorkDocument, workDocuments } from '../core/hosts/host-document.ts';

const filled = z.string('text').min(1, 'text');

/** A variable that holds JSON. */
function json<Schema extends z.ZodType>(schema: Schema, want: string) {
  return filled
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: want });
        return z.NEVER;
      }
    })
    .pipe(schema);
}

/** The stack makes those that the settings of some pair call for. */
const documents = {
  'restart-mysqld': filled.optional(),
  'restart-keepalived': filled.optional(),
  'bind-vip': filled.optional(),
  'unbind-vip': filled.optional(),
  ...(Object.fromEntries(workDocuments.map((name) => [name, filled.optional()])) as Record<
    WorkDocument,
    z.ZodOptional<typeof filled>
  >),
} satisfies Record<HostDocument, z.ZodType>;

const variablesSchema = z.object({
  /** The environment as JSON: a layer is unpacked under `/opt`. */
  KEEPALAMBDA_CONFIG_FILE: filled.default('/opt/keepalambda/config.json'),
  TABLE_NAME: filled,
  TOPIC_ARN: z.string('the ARN of a topic').regex(/^arn:[^:]+:sns:[^:]+:\d{12}:.+$/, 'the ARN of a topic'),
  /** The account that all this is in; the topic may be in another. */
  ACCOUNT_ID: z.string('an account id').regex(/^\d{12}$/, 'an account id of 12 digits'),
  /** The probe function of each vantage, with its version. */
  PROBE_FUNCTIONS: json(
    z
      .record(z.string(), filled)
      .refine((functions) => Object.keys(functions).length > 0, 'a function or more'),
    'JSON such as {"a":"keepalambda-prod-probe-a:7"}',
  ),
  /** The names of our SSM documents. */
  DOCUMENTS: json(z.object(documents), `JSON with names for any of ${Object.keys(documents).join(', ')}`),
});

export type Variables = z.output<typeof variablesSchema>;

/** Checks the variables. Throws an error that lists every fault. */
export function parseVariables(environment: Readonly<Record<string, string | undefined>>): Variables {
  const parsed = variablesSchema.safeParse(environment, { reportInput: true });
  if (parsed.success) return parsed.data;
  const faults = faultsOf(parsed.error, environment);
  throw new Error(
    ['the environment variables have faults:', ...faults.map((fault) => `- ${renderFault(fault)}`)].join(
      '\n',
    ),
  );
}
