/** The kinds of values that an environment is made of: what each looks like, and how that is said. */
import { z } from 'zod';

export const name = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,30}$/,
    'a name of lower-case letters, digits and hyphens that begins with a letter',
  );
/** Part of the names of functions, which AWS limits to 64 characters. */
export const shortName = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,19}$/,
    'a name of at most 20 lower-case letters, digits and hyphens that begins with a letter',
  );
export const ipv4 = z.ipv4('an IPv4 address, such as 10.0.1.11');
export const securityGroup = z
  .string()
  .regex(/^sg-[0-9a-f]{8,17}$/, 'a security group id, such as sg-0123456789abcdef0');
export const parameterName = z
  .string()
  .regex(/^\/[A-Za-z0-9_./-]+$/, 'the name of an SSM parameter, such as /keepalambda/prod/orders');
