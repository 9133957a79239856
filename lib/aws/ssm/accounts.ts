/**
 * Our two accounts of a pair in the parameter store: `credentials`, which the probe logs in with, and `credentials/replication`,
 * which each node logs in to the other with. Passwords are made here and leave only as hashes, or to the probe.
 */
import { createHash } from 'node:crypto';
import { GetParameterCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import type { Pair } from '../../core/config/config.ts';
import { secretIdOf } from '../../core/config/secret-parameter.ts';
import { replicationParameterOf, setupUsers } from '../../core/setup/accounts.ts';
import type { AccountKey } from '../../core/setup/facts.ts';
import type { AccountsPort } from '../../watch/ports/accounts.ts';
import { PortError } from '../../watch/ports/port-error.ts';
import { within } from '../clients.ts';
import { awsErrorName, toPortError } from '../errors.ts';
import { newPassword } from '../password.ts';
import { parseParameter } from './credentials.ts';
import { nativeHash, sha2Hash } from './password-hash.ts';

const LIMIT_MS = 3000;
/** How much of a hash is enough to tell it from another. Characters. */
const MARK_LENGTH = 16;

export function createAccounts(looking: SSMClient, changing: SSMClient): AccountsPort {
  const read = async (name: string): Promise<AccountKey | null> => {
    const tried = `reading the parameter ${name}`;
    const command = new GetParameterCommand({ Name: name, WithDecryption: true });
    try {
      const { Parameter } = await looking.send(command, within(LIMIT_MS));
      return keyOf(parseParameter(name, Parameter?.Value ?? '').expose());
    } catch (error) {
      if (awsErrorName(error) === 'ParameterNotFound') return null;
      throw toPortError(error, tried);
    }
  };
  const make = async ({ credentialsKey }: Pair, name: string, user: string): Promise<void> => {
    if (secretIdOf(name) !== null) throw new PortError('denied', inSecrets(name));
    const command = new PutParameterCommand({
      Name: name,
      Type: 'SecureString',
      Value: JSON.stringify({ user, password: newPassword() }),
      ...(credentialsKey ? { KeyId: credentialsKey } : {}),
      Overwrite: false,
    });
    await changing.send(command, within(LIMIT_MS)).catch((error: unknown) => {
      // Another run was quicker: its password counts.
      if (awsErrorName(error) !== 'ParameterAlreadyExists')
        throw toPortError(error, `writing the parameter ${name}`);
    });
  };
  return {
    async read(pair) {
      const [monitor, replication] = await Promise.all([
        read(pair.credentials),
        read(replicationParameterOf(pair)),
      ]);
      return { monitor, replication };
    },
    async make(pair) {
      const { monitor, replication } = await this.read(pair);
      if (monitor === null) await make(pair, pair.credentials, setupUsers.monitor);
      if (replication === null) await make(pair, replicationParameterOf(pair), setupUsers.replication);
    },
  };
}

function inSecrets(name: string): string {
  return `${name} is a secret of Secrets Manager, and setup writes parameters alone: make it by hand (keepalambda grants), and give the pair a parameter for replication`;
}

function keyOf({ user, password }: { readonly user: string; readonly password: string }): AccountKey {
  const [native, sha2] = [nativeHash(password), sha2Hash(password)];
  return {
    user,
    native,
    sha2: sha2.toString('hex').toUpperCase(),
    nativeMark: markOf(`*${native}`),
    sha2Mark: markOf(sha2),
  };
}

function markOf(kept: string | Buffer): string {
  return createHash('sha256').update(kept).digest('hex').slice(0, MARK_LENGTH);
}
