/** What keeps the lab from starting: what was got, what is wanted, how to mend it. */
export interface LabObstacle {
  readonly got: string;
  readonly want: string;
  readonly remedy: string;
}

/**
 * The lab cannot run here as asked. The message is one line for a person; the command prints it and exits
 * with 2. Bugs of the lab are ordinary errors.
 */
export class LabError extends Error {
  override readonly name = 'LabError';

  constructor(obstacle: LabObstacle, options?: ErrorOptions) {
    const line = `got ${obstacle.got}; want ${obstacle.want}. To fix it: ${obstacle.remedy}.`;
    super(line.replaceAll(/\s+/g, ' '), options);
  }
}
