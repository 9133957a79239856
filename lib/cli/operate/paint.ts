/** Colour for what a person must see first. Without colours, the text as it is. */
export type Paint = (tone: keyof typeof codes, text: string) => string;

const codes = { good: 32, bad: 31, odd: 33, dim: 2, bold: 1 } as const;

/** How text is coloured; without colours, not at all. */
export function painter(hasColour: boolean): Paint {
  return (tone, text) => (hasColour ? `\u001b[${codes[tone]}m${text}\u001b[0m` : text);
}

/** The tone of a verdict on a node. */
export function toneOf(verdict: string): 'good' | 'bad' | 'odd' {
  if (verdict === 'serving') return 'good';
  return verdict === 'unseen' ? 'odd' : 'bad';
}
