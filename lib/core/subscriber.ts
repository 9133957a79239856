/** Who gets alerts, and by which protocol of SNS. */
import * as z from 'zod';

const forms = {
  email: z.email(),
  /** E.164. */
  sms: z.string().regex(/^\+[1-9]\d{6,14}$/),
  https: z.url({ protocol: /^https$/, hostname: z.regexes.domain }),
} as const;

export type Protocol = keyof typeof forms;

const protocols = Object.keys(forms) as readonly Protocol[];

/** The protocol of a subscriber, by its form; null for what is none. */
export function protocolOf(subscriber: string): Protocol | null {
  return protocols.find((protocol) => forms[protocol].safeParse(subscriber).success) ?? null;
}
