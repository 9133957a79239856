/** What a vantage can see: its probe function's health, and its paths to the two masters. */
import type { NodeName } from '../../../lib/core/names.ts';

export class View {
  /** The probe function does not work: `fails` says so at once, `hangs` lets its caller wait. */
  blind: 'no' | 'fails' | 'hangs' = 'no';
  /** Masters that packets from here do not reach. */
  readonly cutOff = new Set<NodeName>();
  /** How likely a single look at a single node goes unanswered. */
  loss = 0;
  /** The fingerprint that a look from here last found to be no news, and the world's version at that time. */
  known: { readonly seen: string; readonly version: number } | null = null;

  /** Whether statements and looks get from here to the node's host. */
  reaches(node: NodeName): boolean {
    return this.blind === 'no' && !this.cutOff.has(node);
  }
}
