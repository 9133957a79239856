/** The file of the authority that has signed the servers' certificates: read to see that it is one, and not kept. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Refusal } from '../core/fault.ts';

/** The answer of a person who wants no TLS. */
export const NO_AUTHORITY = 'none';

const remedy = `give the file that SHOW GLOBAL VARIABLES LIKE 'ssl_ca' names on a server, or ${NO_AUTHORITY} (--no-tls) for no TLS`;
const want = 'the certificate (PEM) of the authority of both servers';

/** Why the file is of no use; null where it has a certificate, and no more than that. It is never quoted. */
export function authorityFault(file: string): Refusal | null {
  if (file === '') return { got: 'nothing', want, remedy };
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return { got: `${file}, which cannot be read (${(error as NodeJS.ErrnoException).code})`, want, remedy };
  }
  if (text.includes('PRIVATE KEY')) return { got: `${file}, which has a private key`, want, remedy };
  return isCertificate(text) ? null : { got: `${file}, which has no certificate`, want, remedy };
}

function isCertificate(text: string): boolean {
  try {
    new X509Certificate(text);
    return true;
  } catch {
    return false;
  }
}

/** The settings of a pair: with an authority that its servers are checked against, or without TLS. */
export function tlsOf(
  environment: string,
  hasAuthority: boolean,
): { readonly tls: string; readonly tlsAuthority?: string } {
  return hasAuthority
    ? { tls: 'verify-ca', tlsAuthority: `/keepalambda/${environment}/authority` }
    : { tls: 'off' };
}
