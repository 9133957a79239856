/** Names that people type and policies spell out. Each begins with the environment, so that none collide. */
import type { Vantage } from '../core/names.ts';
import type { FunctionName } from './bundle.ts';

/** `keepalambda-prod`: the stack, and what every other name begins with. */
export function prefixOf(environment: string): string {
  return `keepalambda-${environment}`;
}

/** `keepalambda-prod-watch`, `keepalambda-prod-probe-a`. At most 64 characters, as Lambda wants. */
export function functionNameOf(environment: string, name: FunctionName | 'read', vantage?: Vantage): string {
  return [prefixOf(environment), name, ...(vantage === undefined ? [] : [vantage])].join('-');
}

/** The id of a construct: `probe-a` → `ProbeA`. */
export function idOf(text: string): string {
  return text.replace(/(^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, _gap, first: string) => first.toUpperCase());
}
