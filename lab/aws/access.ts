/** How programs get to the lab's AWS: by its endpoint, trusting its authority and no other. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { operatorCredentials } from './iam/guard.ts';

/** The certificate of the lab's authority, in PEM, and the file with it. Its directory is the lab's own. */
export interface Authority {
  readonly pem: string;
  readonly file: string;
  readonly directory: string;
}

/** Writes the certificate into a directory of its own, which the caller removes. */
export async function writeAuthority(pem: string): Promise<Authority> {
  const directory = await mkdtemp(path.join(tmpdir(), 'keepalambda-aws-'));
  const file = path.join(directory, 'authority.pem');
  await writeFile(file, pem);
  return { pem, file, directory };
}

export interface Place {
  readonly endpoint: string;
  readonly region: string;
  readonly authority: Authority;
}

/** What an SDK client of the lab's own is made with. */
export interface LabClientOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly requestHandler: NodeHttpHandler;
}

/** An operator's, with connections of its own; a request has the time that is given, or any. */
export function clientOptionsOf(
  { endpoint, region, authority }: Place,
  requestTimeout = 0,
): LabClientOptions {
  const httpsAgent = new Agent({ ca: authority.pem, keepAlive: true });
  return {
    endpoint,
    region,
    credentials: operatorCredentials,
    requestHandler: new NodeHttpHandler({
      httpsAgent,
      requestTimeout,
      throwOnRequestTimeout: requestTimeout > 0,
    }),
  };
}

/** What every function finds in its environment, but for its credentials. */
export function functionEnvironmentOf({
  endpoint,
  region,
  authority,
}: Place): Readonly<Record<string, string>> {
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ENDPOINT_URL: endpoint,
    NODE_EXTRA_CA_CERTS: authority.file,
    // The files of the person who runs the lab must not lead a function, or a test, to the real AWS.
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** The environment that points an operator's AWS CLI or SDK here. */
export function operatorEnvironmentOf(place: Place): Readonly<Record<string, string>> {
  return {
    ...functionEnvironmentOf(place),
    AWS_CA_BUNDLE: place.authority.file,
    AWS_ACCESS_KEY_ID: operatorCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: operatorCredentials.secretAccessKey,
  };
}
