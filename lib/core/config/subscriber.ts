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

/** How many subscriptions the topic of the alerts has. Those that are pending get nothing until somebody confirms them. */
export interface Subscriptions {
  readonly confirmed: number;
  readonly pending: number;
}

/** The same, where SNS may not have answered. */
export type SubscriptionsSeen =
  | ({ readonly kind: 'known' } & Subscriptions)
  | { readonly kind: 'unknown'; readonly because: string };
