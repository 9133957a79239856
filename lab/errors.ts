/** What keeps the lab from starting. */
import { type Refusal, renderRefusal } from '../lib/core/fault.ts';

/**
 * The lab cannot run here as asked. The message is one line for a person; the command prints it and exits
 * with 2. Bugs of the lab are ordinary errors.
 */
export class LabError extends Error {
  override readonly name = 'LabError';

  constructor(obstacle: Refusal, options?: ErrorOptions) {
    super(renderRefusal(obstacle).replaceAll(/\s+/g, ' '), options);
  }
}
