/**
 * A step that checks itself: a pair's state is plain data, and all that counts. Now and then the state goes through JSON
 * and back; it must be the same then, and the same input must make the same of it.
 */
import { isDeepStrictEqual } from 'node:util';
import { type Step, step } from '../lib/core/pair/pair.ts';

/** A step of which every `every`th is made twice. `onFault` hears of what is not the same. */
export function replayedStep(every: number, onFault: (fault: string) => void): Step {
  let count = 0;
  return (state, input, nowMs) => {
    const stepped = step(state, input, nowMs);
    count += 1;
    if (count % every !== 0) return stepped;
    const printed = JSON.stringify(state);
    const read = JSON.parse(printed);
    if (!isDeepStrictEqual(read, state)) {
      onFault(`the state does not survive JSON: ${printed}`);
      return stepped;
    }
    const again = step(read, JSON.parse(JSON.stringify(input)), nowMs);
    if (!isDeepStrictEqual(again, stepped))
      onFault(`${input.kind} makes something else of the state that was printed: ${printed}`);
    return stepped;
  };
}
