/**
 * The certificate authority of one lab, and the certificate of its endpoint. AWS is always HTTPS: a function pays for
 * a handshake with each service, and a client that does not check who answers is a fault that plain HTTP hides.
 */
import { generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import forge from 'node-forge';

/** What a server needs to be believed, in PEM. The authority's key is thrown away once it has signed. */
export interface Identity {
  /** The only authority that clients of the lab trust for it. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** A lab that is kept for longer than this has to be started again. */
const VALID_MS = 30 * 24 * 3_600_000;
/** Clocks differ a little, also that of a container from its host's. */
const BACKDATED_MS = 3_600_000;

const makeKeyPair = promisify(generateKeyPair);

let own: Promise<Identity> | null = null;

/** The identity of every lab of this process: keys take time to make. */
export function ownIdentity(): Promise<Identity> {
  own ??= createIdentity();
  return own;
}

/** A new authority, and a certificate for 127.0.0.1 and localhost that it has signed. */
export async function createIdentity(): Promise<Identity> {
  const [signer, server] = await Promise.all([keyPair(), keyPair()]);
  const issuer = [{ shortName: 'CN', value: 'the authority of one keepalambda lab' }];
  const authority = certify({
    subject: issuer,
    issuer,
    holder: signer,
    signer,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  const certificate = certify({
    subject: [{ shortName: 'CN', value: "the lab's AWS" }],
    issuer,
    holder: server,
    signer,
    extensions: [
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: dnsName, value: 'localhost' },
          { type: ipAddress, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { authority, certificate, key: server.privateKey };
}

/** The kinds of names in a certificate, as X.509 numbers them. */
const dnsName = 2;
const ipAddress = 7;

interface KeyPair {
  readonly publicKey: string;
  readonly privateKey: string;
}

function keyPair(): Promise<KeyPair> {
  return makeKeyPair('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

interface Certified {
  readonly subject: forge.pki.CertificateField[];
  readonly issuer: forge.pki.CertificateField[];
  readonly holder: KeyPair;
  readonly signer: KeyPair;
  readonly extensions: object[];
}

function certify({ subject, issuer, holder, signer, extensions }: Certified): string {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(holder.publicKey);
  // A first byte of 0 keeps the number positive, whatever the others are.
  // Positive, and without a byte too many in front: OpenSSL refuses that.
  certificate.serialNumber = `01${randomBytes(15).toString('hex')}`;
  certificate.validity.notBefore = new Date(Date.now() - BACKDATED_MS);
  certificate.validity.notAfter = new Date(Date.now() + VALID_MS);
  certificate.setSubject(subject);
  certificate.setIssuer(issuer);
  certificate.setExtensions(extensions);
  certificate.sign(forge.pki.privateKeyFromPem(signer.privateKey), forge.md.sha256.create());
  return forge.pki.certificateToPem(certificate);
}
