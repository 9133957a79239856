import type { Change } from '../world.ts';

/** What is seen of the pair, what else, how it differs from the steady pair; and the row that matches, with what it does. */
export type RowStory = readonly [what: string, and: string, changes: readonly Change[], story: string];
