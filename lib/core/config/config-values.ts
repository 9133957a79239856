/** The kinds of values that an environment is made of: what each looks like, and how that is said. */
import { z } from 'zod';

/** A text of this form. What is wanted is said in the same words of a value that is no text at all. */
export function matching(form: RegExp, want: string) {
  return z.string(want).regex(form, want);
}

export const name = matching(
  /^[a-z][a-z0-9-]{0,30}$/,
  'a name of lower-case letters, digits and hyphens that begins with a letter',
);
/** Part of the names of functions, which AWS limits to 64 characters. */
export const shortName = matching(
  /^[a-z][a-z0-9-]{0,19}$/,
  'a name of at most 20 lower-case letters, digits and hyphens that begins with a letter',
);
export const ipv4 = z.ipv4('an IPv4 address, such as 10.0.1.11');
export const securityGroup = matching(
  /^sg-[0-9a-f]{8,17}$/,
  'a security group id, such as sg-0123456789abcdef0',
);
export const parameterName = matching(
  /^\/[A-Za-z0-9_./-]+$/,
  'the name of an SSM parameter, such as /keepalambda/prod/orders',
);
