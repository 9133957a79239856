/** A mutant: the product with one guard taken out. A proof that lets it live proves less than it says. */

export interface Mutant {
  /** What is taken out, in a few words with hyphens. */
  readonly name: string;
  /** From the root of the project. */
  readonly file: string;
  /** The text that is replaced. It stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** What harm the guard prevents. */
  readonly guards: string;
  /** Why nothing misses it, where that is known and right. */
  readonly survives?: string;
}

/** How a mutant ended: found by the fast suites, found by simulated histories, or not found. */
export type Fate =
  | { readonly kind: 'killed'; readonly by: 'suites' | 'simulation'; readonly because: string }
  | { readonly kind: 'survived' };

export interface Verdict {
  readonly mutant: Mutant;
  readonly fate: Fate;
  readonly tookMs: number;
}

/** The source with the mutation in it. Throws when the text to replace does not stand there exactly once. */
export function mutated(source: string, { name, file, find, replace }: Mutant): string {
  const count = source.split(find).length - 1;
  if (count !== 1) {
    throw new Error(
      `mutant ${name}: got its text ${count} times in ${file}, want once: ${find}. Correct it in tools/mutants/guards`,
    );
  }
  return source.replace(find, () => replace);
}
