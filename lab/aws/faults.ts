/** Faults of the API itself, as data: which calls, how often, and what befalls them. */
import { ApiError, type Service, type ServiceName } from './api.ts';

/**
 * How a caller fails to hear from AWS. `reset`: the connection breaks; `silent`: no answer ever comes;
 * `unavailable`: 503.
 */
export type Silence = 'reset' | 'silent' | 'unavailable';

export type Effect =
  | { readonly kind: 'throttle' }
  | { readonly kind: 'deny' }
  /** Nothing happens, and the caller hears nothing of use. */
  | { readonly kind: 'down'; readonly how: Silence }
  /** It takes effect, and the caller never hears. */
  | { readonly kind: 'lose-response'; readonly how: Exclude<Silence, 'unavailable'> }
  | { readonly kind: 'delay'; readonly forMs: number }
  /** It takes effect twice, as at-least-once delivery may. */
  | { readonly kind: 'twice' }
  | { readonly kind: 'fail'; readonly code: string; readonly message: string; readonly status?: number };

export interface CallFault {
  /** `ec2:AssignPrivateIpAddresses`, or all of a service: `ec2:*`. For Lambda also `lambda:Invoke/NAME`. */
  readonly on: `${ServiceName}:${string}`;
  readonly effect: Effect;
  /** @default for ever */
  readonly times?: number;
}

export interface Faults {
  /** Plays the fault from now on. Gives back what takes it out again. */
  inject(fault: CallFault): () => void;
  clear(): void;
  /** The fault for this call, if any; counts it. The newest matching one wins. */
  take(service: ServiceName, action: string): Effect | null;
}

/** No faults yet. */
export function createFaults(): Faults {
  let active: { readonly fault: CallFault; left: number }[] = [];
  return {
    inject(fault) {
      const entry = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
      active = [entry, ...active];
      return () => {
        active = active.filter((other) => other !== entry);
      };
    },
    clear() {
      active = [];
    },
    take(service, action) {
      const entry = active.find(({ fault, left }) => left > 0 && matches(fault.on, service, action));
      if (!entry) return null;
      entry.left -= 1;
      return entry.fault.effect;
    },
  };
}

function matches(on: string, service: ServiceName, action: string): boolean {
  return (
    on === `${service}:*` || on === `${service}:${action}` || `${service}:${action}`.startsWith(`${on}/`)
  );
}

/** The error that the effect stands for; null when it is not an error. */
export function errorOf(effect: Effect, service: Service, action: string): ApiError | null {
  switch (effect.kind) {
    case 'throttle':
      return service.throttled;
    case 'deny':
      return service.denied(`User is not authorized to perform: ${service.name}:${action}`);
    case 'fail':
      return new ApiError(effect.code, effect.message, effect.status ?? 400);
    case 'down':
      return effect.how === 'unavailable'
        ? new ApiError('ServiceUnavailable', 'The service is unavailable. Please try again shortly.', 503)
        : null;
    case 'lose-response':
    case 'delay':
    case 'twice':
      return null;
  }
}
