/**
 * The monitor's accounts, from SSM parameters (a SecureString, or a secret by way of
 * `/aws/reference/secretsmanager/NAME`). They are handed to the probe in its invocation and to nobody else.
 */
import { inspect } from 'node:util';
import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod';
import type { Pair } from '../../core/config/config.ts';
import type { PairName } from '../../core/names.ts';
import { replicationParameterOf } from '../../core/setup/accounts.ts';
import type { ProbeCredentials } from '../../probe/protocol.ts';
import { PortError } from '../../watch/ports/port-error.ts';
import type { Clock, Log } from '../../watch/ports/ports.ts';
import { within } from '../clients.ts';
import { toPortError } from '../errors.ts';

/**
 * How long an account is used before it is read again; one that a server refuses is read again at once. Each reading is
 * decrypted by KMS, which is paid for. Milliseconds.
 */
export const CREDENTIALS_LIFE_MS = 15 * 60_000;
/** While SSM does not answer, the old account is used; it is read again after this. Milliseconds. */
const RETRY_AFTER_MS = 30_000;
const READ_LIMIT_MS = 3000;

/** `username` is what the rotation functions of Secrets Manager write. */
const parameterSchema = z
  .object({
    user: z.string('a string').min(1, 'the name of the account').optional(),
    username: z.string('a string').min(1, 'the name of the account').optional(),
    password: z.string('a string'),
  })
  .transform(({ user, username, password }, context) => {
    const name = user ?? username;
    if (name !== undefined) return { user: name, password };
    context.addIssue({ code: 'custom', path: ['user'], message: 'the name of the account' });
    return z.NEVER;
  });
const certificateSchema = z
  .string()
  .regex(/-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/, 'a certificate in PEM');

/** An account that only `expose` shows: neither a log nor an error can print it. */
export class Credentials {
  readonly #value: ProbeCredentials;

  constructor(value: ProbeCredentials) {
    this.#value = value;
  }

  /** What the probe logs in with. Only for the payload of an invocation. */
  expose(): ProbeCredentials {
    return this.#value;
  }

  toJSON(): string {
    return '[redacted]';
  }

  toString(): string {
    return '[redacted]';
  }

  [inspect.custom](): string {
    return 'Credentials [redacted]';
  }
}

export interface CredentialsSource {
  /**
   * The account for the pair: read at most every 15 minutes. Throws a PortError (`denied`: no such parameter, no
   * permission, or not what it should hold; `throttled`, `timeout`) that never quotes the parameter.
   */
  read(pair: Pair): Promise<Credentials>;
  /** The account that the pair's nodes replicate with, read anew. Throws as `read` does. */
  replication(pair: Pair): Promise<Credentials>;
  /** The server refused it: it is read again the next time, because the password may have been rotated. */
  drop(pair: PairName): void;
}

interface Entry {
  readonly credentials: Credentials;
  readonly freshUntilMs: number;
}

export function createCredentials(ssm: SSMClient, clock: Clock, log: Log): CredentialsSource {
  const entries = new Map<PairName, Entry>();
  const reading = new Map<PairName, Promise<Credentials>>();

  const refresh = async (pair: Pair): Promise<Credentials> => {
    const old = entries.get(pair.name);
    try {
      const credentials = await readCredentials(ssm, pair);
      entries.set(pair.name, { credentials, freshUntilMs: clock.nowMs() + CREDENTIALS_LIFE_MS });
      return credentials;
    } catch (error) {
      if (!old) throw error;
      // An account that worked is better than none: without it, watch would be blind while SSM is down.
      log.warn('credentials could not be read again, the old ones are used', { pair: pair.name, error });
      entries.set(pair.name, { ...old, freshUntilMs: clock.nowMs() + RETRY_AFTER_MS });
      return old.credentials;
    }
  };

  return {
    async read(pair) {
      const entry = entries.get(pair.name);
      if (entry && clock.nowMs() < entry.freshUntilMs) return entry.credentials;
      const underway = reading.get(pair.name);
      if (underway !== undefined) return underway;
      const started = refresh(pair).finally(() => reading.delete(pair.name));
      reading.set(pair.name, started);
      return started;
    },
    async replication(pair) {
      const name = replicationParameterOf(pair);
      const { user, password } = parseParameter(name, await readParameter(ssm, 'credentials', name)).expose();
      return new Credentials({ user, password, tls: pair.tls });
    },
    drop(pair) {
      const entry = entries.get(pair);
      if (entry) entries.set(pair, { ...entry, freshUntilMs: Number.NEGATIVE_INFINITY });
    },
  };
}

/** The account, and how the connection is secured: both go to the probe together. */
async function readCredentials(ssm: SSMClient, pair: Pair): Promise<Credentials> {
  const [account, ca] = await Promise.all([
    readParameter(ssm, 'credentials', pair.credentials),
    pair.tlsAuthority ? readParameter(ssm, 'authority', pair.tlsAuthority) : null,
  ]);
  const { user, password } = parseParameter(pair.credentials, account).expose();
  const authority = ca === null ? {} : { ca: parseAuthority(pair.tlsAuthority ?? '', ca) };
  return new Credentials({ user, password, tls: pair.tls, ...authority });
}

async function readParameter(ssm: SSMClient, what: string, name: string): Promise<string> {
  const tried = `reading the ${what} parameter ${name}`;
  const command = new GetParameterCommand({ Name: name, WithDecryption: true });
  const answer = await ssm.send(command, within(READ_LIMIT_MS)).catch((error: unknown) => {
    throw toPortError(error, tried);
  });
  return answer.Parameter?.Value ?? '';
}

/** The parameter's text → a certificate. Throws `denied`: a check against nothing would let anybody in. */
export function parseAuthority(name: string, text: string): string {
  const parsed = certificateSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new PortError('denied', `authority parameter ${name}: want ${parsed.error.issues[0]?.message}`);
}

/** The parameter's text → an account. Throws `denied`, naming what is wrong and never what was got. */
export function parseParameter(name: string, text: string): Credentials {
  const want = 'want {"user":"…","password":"…"} (or "username")';
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    // The parser's message quotes the text, so it is no cause to pass on.
    throw new PortError('denied', `credentials parameter ${name}: got no JSON; ${want}`);
  }
  const parsed = parameterSchema.safeParse(raw);
  if (parsed.success) return new Credentials(parsed.data);
  const faults = parsed.error.issues.map(
    (issue) => `${issue.path.join('.') || 'the whole'}: ${issue.message}`,
  );
  throw new PortError('denied', `credentials parameter ${name}: ${faults.join('; ')}; ${want}`);
}
