/** TLS to a server, as the options that mysql2 and Node take. */
import type { ProbeCredentials } from './protocol.ts';

export interface TlsOptions {
  readonly rejectUnauthorized: boolean;
  readonly verifyIdentity?: boolean;
  readonly ca?: string;
}

/**
 * mysql2 caches the parsed certificates and the TLS sessions of a server by these objects, so there is one object for
 * each kind. A login that resumes a session needs no certificate, and a fraction of the bytes and of the CPU.
 */
const known = new Map<string, TlsOptions | null>();

/**
 * The options for these credentials; null: without TLS. `verify-ca` checks who signed the certificate, not the name on
 * it: nodes are known by address, and mysqld's own certificates carry no address.
 */
export function tlsOf({ ca, tls = 'off' }: ProbeCredentials): TlsOptions | null {
  const key = `${tls} ${ca ?? ''}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const made = makeTls(tls, ca);
  known.set(key, made);
  return made;
}

function makeTls(tls: NonNullable<ProbeCredentials['tls']>, ca: string | undefined): TlsOptions | null {
  switch (tls) {
    case 'off':
      return null;
    case 'encrypt':
      return { rejectUnauthorized: false };
    case 'verify-ca':
      // Without an authority of its own, mysqld's certificate would be checked against Node's list, and refused.
      return { rejectUnauthorized: true, verifyIdentity: false, ...(ca === undefined ? {} : { ca }) };
  }
}
