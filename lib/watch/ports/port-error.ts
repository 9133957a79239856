/** What went wrong in a port that acts. */
export type PortErrorKind =
  /** Our own guard refused; nothing was called. */
  | 'refused'
  /** The other side refused for good: permissions, an id that does not exist, no room on the ENI. */
  | 'denied'
  /** The other side cannot do it now. */
  | 'throttled'
  /** No answer in time: it may have taken effect. */
  | 'timeout'
  /** A newer epoch has taken over. */
  | 'superseded'
  /** It was done, but without the wanted result. */
  | 'unsuccessful';

interface PortErrorOptions extends ErrorOptions {
  readonly epoch?: number;
  readonly exitCode?: number;
}

/** A port that acts did not do what it was asked for. */
export class PortError extends Error {
  override readonly name = 'PortError';
  readonly kind: PortErrorKind;
  /** Of `superseded`: the epoch that has taken over, where the store says it. */
  readonly epoch: number | null;
  /** What a script on a host ended with, -1 where it was ended at its limit or cancelled; null where none has run. */
  readonly exitCode: number | null;

  constructor(kind: PortErrorKind, message: string, options?: PortErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.epoch = options?.epoch ?? null;
    this.exitCode = options?.exitCode ?? null;
  }
}
