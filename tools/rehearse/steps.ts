/** The steps of the road by name: how long each took, and what was seen at its end. */
import type { Story } from '../../lab/story.ts';

export interface Step {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
  /** What was seen; of a step that failed, why. */
  readonly saw: string;
}

export class Steps {
  readonly #done: Step[] = [];
  readonly #story: Story;

  constructor(story: Story) {
    this.#story = story;
  }

  get done(): readonly Step[] {
    return this.#done;
  }

  /** Takes one, and notes what it saw. Throws what the step throws, which is noted too. */
  async take<T>(name: string, does: () => Promise<T>, describe: (seen: T) => string = String): Promise<T> {
    const startMs = Date.now();
    const note = (ok: boolean, saw: string) => {
      this.#done.push({ name, ok, seconds: Math.round((Date.now() - startMs) / 100) / 10, saw });
      this.#story.tell('lab', `${name}: ${saw}`);
    };
    try {
      const seen = await does();
      note(true, describe(seen));
      return seen;
    } catch (error) {
      note(false, error instanceof Error ? error.message : String(error));
      throw error;
    }
  }
}
