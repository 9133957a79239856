/** One question at a time, each answer judged when it is given; what was answered well is kept. */
import { type ConfigFault, type Refusal, renderFault, renderPath, renderRefusal } from '../core/fault.ts';
import { type Draft, isGiven, type Judge, type Place, withValue } from './init-draft.ts';

export interface Talk {
  /** Asks one question, and gives back the answer. */
  readonly ask: (text: string) => Promise<string>;
  /** Says what is wrong with an answer. */
  readonly say: (text: string) => void;
}

export interface Question {
  readonly place: Place;
  readonly text: string;
  /** What an empty answer stands for. @default nothing: it is asked again */
  readonly fallback?: string | undefined;
  /** What an empty answer means, where the value may be left out. @default it may not */
  readonly optional?: string;
  /** Several answers, one at a time; an empty one ends them. @default one */
  readonly many?: true;
}

/** Asks for what the draft lacks, and keeps the draft. */
export class Interview {
  #draft: Draft;
  readonly #talk: Talk;
  readonly #judge: Judge;
  /** What was asked, so that it can be asked again. */
  readonly #asked = new Map<string, Question>();

  constructor(draft: Draft, talk: Talk, judge: Judge) {
    this.#draft = draft;
    this.#talk = talk;
    this.#judge = judge;
  }

  get draft(): Draft {
    return this.#draft;
  }

  /** Asks, unless it is given, until the answer is right. */
  async need(question: Question): Promise<void> {
    this.#asked.set(renderPath(question.place), question);
    if (isGiven(this.#draft, question.place)) {
      const faults = this.#faultsOf(question);
      if (faults.length === 0) return;
      this.#sayAll(faults);
    }
    if (question.many) await this.#askMany(question);
    else await this.#askOne(question);
  }

  /** A new name in `place`, with nothing under it yet; empty where nobody wants another. */
  async nameIn(place: string, text: string, fallback: string): Promise<string> {
    const before = this.#draft;
    for (;;) {
      const name = (await this.#ask(text, fallback || 'empty: no more')) || fallback;
      if (name === '' || isGiven(this.#draft, [place, name])) return '';
      this.put([place, name], {});
      const faults = this.#judge(this.#draft).filter(({ path }) => path === renderPath([place, name]));
      if (faults.length === 0) return name;
      this.#sayAll(faults);
      this.#draft = before;
    }
  }

  /** An answer that the draft does not hold: asks until `faultOf` finds nothing wrong with it. */
  async answer(text: string, faultOf: (answer: string) => Refusal | null): Promise<string> {
    for (;;) {
      const answer = await this.#ask(text, '');
      const fault = faultOf(answer);
      if (fault === null) return answer;
      this.#talk.say(renderRefusal(fault));
    }
  }

  /** Puts in what follows from the answers. */
  put(place: Place, value: unknown): void {
    this.#draft = withValue(this.#draft, place, value);
  }

  /** Asks again what is wrong only beside all other answers. */
  async settle(): Promise<void> {
    for (;;) {
      const [fault] = this.#judge(this.#draft).filter(({ path }) => this.#asked.has(path));
      const question = this.#asked.get(fault?.path ?? '');
      if (!fault || !question) return;
      this.#talk.say(renderFault(fault));
      await this.#askOne(question);
    }
  }

  async #askOne(question: Question): Promise<void> {
    const { place, text, fallback, optional } = question;
    for (;;) {
      const answer = (await this.#ask(text, fallback ?? (optional ? `empty: ${optional}` : ''))) || fallback;
      if (answer === undefined && optional) return;
      this.put(place, answer ?? '');
      const faults = this.#faultsOf(question);
      if (faults.length === 0) return;
      this.#sayAll(faults);
      this.put(place, undefined);
    }
  }

  async #askMany(question: Question): Promise<void> {
    const answers: string[] = [];
    for (;;) {
      const answer = await this.#ask(question.text, answers.length > 0 ? 'empty: no more' : '');
      if (answer === '' && answers.length > 0) return;
      this.put(question.place, answer === '' ? [] : [...answers, answer]);
      const faults = this.#faultsOf(question);
      if (faults.length === 0) answers.push(answer);
      this.#sayAll(faults);
      this.put(question.place, [...answers]);
    }
  }

  #sayAll(faults: readonly ConfigFault[]): void {
    for (const fault of faults) this.#talk.say(renderFault(fault));
  }

  async #ask(text: string, hint: string): Promise<string> {
    return (await this.#talk.ask(hint === '' ? text : `${text} [${hint}]`)).trim();
  }

  /** What is wrong at the place, in it, or with the subnet that it completes. */
  #faultsOf({ place, many }: Question): readonly ConfigFault[] {
    const own = renderPath(place);
    const whole = place[0] === 'subnets' ? renderPath(place.slice(0, -1)) : own;
    return this.#judge(this.#draft).filter(
      ({ path, got }) =>
        path === own || (many && path.startsWith(`${own}[`)) || (path === whole && got !== 'nothing'),
    );
  }
}
