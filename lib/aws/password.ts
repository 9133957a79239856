/** A password that nobody has chosen and nobody needs to know. */
import { randomBytes } from 'node:crypto';

/** The kinds of characters that `validate_password` of MySQL asks for by default. */
const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[-_]/];

/** 192 bits as 32 characters, which need no quoting in SQL, in JSON or in a shell. */
export function newPassword(): string {
  for (;;) {
    const password = randomBytes(24).toString('base64url');
    // A hyphen in front is an option to some programs.
    if (kinds.every((kind) => kind.test(password)) && !password.startsWith('-')) return password;
  }
}
