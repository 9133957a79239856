/** What is judged of every run, whatever its fault: no text that people read has a secret, and each mail has a remedy. */
import { nativeHash } from '../lib/aws/ssm/password-hash.ts';
import { HISTORY_MAX } from '../lib/core/operator/request.ts';
import type { Message } from './aws/events.ts';
import { pairName } from './deployment.ts';
import { accounts } from './servers/accounts.ts';
import type { LabWorld } from './world.ts';

/** SNS: a subject is shorter than this. */
const SUBJECT_LENGTH = 100;
/** A mail has a command to paste, and a link to its article. */
const command = /^ +npx keepalambda \S+/m;
const link = /^ +Runbook: https:\/\/\S+#[a-z0-9-]+$/m;

/** What is wrong with a mail, in words. */
export function wrongsOfMail({ subject, message }: Pick<Message, 'subject' | 'message'>): readonly string[] {
  const name = `the mail ${JSON.stringify(subject)}`;
  return [
    ...(subject !== null && subject.length < SUBJECT_LENGTH ? [] : [`${name} has no subject that SNS takes`]),
    ...(/^\[[a-z0-9-]+(\/[a-z0-9-]+)?\] \S/.test(subject ?? '')
      ? []
      : [`${name} does not begin with its place`]),
    ...(command.test(message) ? [] : [`${name} has no command`]),
    ...(link.test(message) ? [] : [`${name} has no article`]),
  ];
}

/** The secret that the text has in it, by its name; null when it has none. */
export function secretIn(text: string, secrets: readonly Secret[]): string | null {
  return secrets.find(({ value }) => text.includes(value))?.name ?? null;
}

export interface Secret {
  readonly name: string;
  readonly value: string;
}

/** Passwords of the lab as they are and as servers store them, and the sessions of its functions. */
export const secrets: readonly Secret[] = [
  ...Object.values(accounts).flatMap(({ user, password }) => [
    { name: `the password of ${user}`, value: password },
    { name: `the password hash of ${user}`, value: nativeHash(password) },
  ]),
  { name: 'the session of a function', value: 'the session of ' },
];

/** Reads all mails and logs from now on; `wrongs` adds the history, and says what is wrong with any of them. */
export function readAll({ aws, store }: LabWorld): { readonly wrongs: () => Promise<readonly string[]> } {
  const found = new Set<string>();
  const read = (where: string, text: string) => {
    const secret = secretIn(text, secrets);
    if (secret !== null) found.add(`${where} has ${secret}`);
  };
  aws.events.on('message', (message) => {
    for (const wrong of wrongsOfMail(message)) found.add(wrong);
    read('a mail', JSON.stringify(message));
  });
  aws.events.on('log', ({ functionName, text }) => read(`the log of ${functionName}`, text));
  return {
    async wrongs() {
      for (const row of await store.history(pairName, HISTORY_MAX)) read('the history', JSON.stringify(row));
      return [...found];
    },
  };
}
