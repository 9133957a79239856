/** What is the same for every file of tests. */
import { afterAll } from 'vitest';
import { removeTemporaryDirectories } from '../lib/stack/temporary.ts';

// Also of those that a lab in this very process has made.
afterAll(removeTemporaryDirectories);
