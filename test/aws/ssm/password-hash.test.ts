/** Hashes of passwords, against what others make of the same: crypt(3), and what MySQL's manual prints. */
import { expect, it } from 'vitest';
import { nativeHash, sha2Hash, shaCrypt } from '../../../lib/aws/ssm/password-hash.ts';

it('is SHA-crypt as in its specification: "Hello world!" with the salt "saltstring", 5000 rounds', () => {
  expect(shaCrypt('Hello world!', Buffer.from('saltstring'))).toBe(
    '5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5',
  );
});

it('has the form that caching_sha2_password keeps, and is the same in every run', () => {
  const hash = sha2Hash('secret-of-a-test').toString();
  expect(hash).toMatch(/^\$A\$005\$[0-9a-f]{20}[./0-9A-Za-z]{43}$/);
  expect(sha2Hash('secret-of-a-test').toString()).toBe(hash);
  expect(sha2Hash('another').toString()).not.toBe(hash);
});

it("is that of PASSWORD('password') in MySQL", () => {
  expect(nativeHash('password')).toBe('2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19');
});
