import type { Pair } from '../../core/config/config.ts';
import type { AccountKeys } from '../../core/setup/facts.ts';

/** Our accounts of a pair, in the parameter store. It gives out only what servers keep of a password, never a password. */
export interface AccountsPort {
  /** Both accounts as they are there; null for one that is not. */
  read(pair: Pair): Promise<AccountKeys>;
  /** Makes those that are not there yet, each with a new password. */
  make(pair: Pair): Promise<void>;
}
