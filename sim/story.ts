/** What happened in a history, line by line. Off, it costs a comparison: five thousand histories tell none. */
import type { Timeline } from './time.ts';

export class Story {
  readonly lines: string[] = [];
  readonly on: boolean;
  readonly #timeline: Timeline;

  constructor(timeline: Timeline, on: boolean) {
    this.#timeline = timeline;
    this.on = on;
  }

  /** Adds a line: `t+12.345s text`. Call it only when `on`, so that nobody makes text in vain. */
  tell(text: string): void {
    this.lines.push(`t+${(this.#timeline.nowMs / 1000).toFixed(3)}s ${text}`);
  }
}
