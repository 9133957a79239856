/** What each function gets of Lambda: memory, which is also its share of a CPU, and its reserved concurrency. */

export type FunctionKind = 'watch' | 'operate' | 'probe';

export interface FunctionSize {
  readonly memoryMb: number;
  /**
   * How many invocations can always run at once, whatever else the account runs. watch: two leaders that change
   * over, and room for an event. probe: a held look, a fresh look and a command. operate: two people.
   */
  readonly reserved: number;
}

export const functionSizes: Readonly<Record<FunctionKind, FunctionSize>> = {
  watch: { memoryMb: 256, reserved: 4 },
  operate: { memoryMb: 256, reserved: 2 },
  probe: { memoryMb: 256, reserved: 4 },
};
