/** Text from people as one line: what would begin a new line, or turn the reading direction, is shown escaped. */

/** Control characters, line and paragraph separators, and marks that change the direction of text. */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

const names: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** `a⏎b` → `a\nb`, with the backslash and the letter. */
export function escaped(text: string): string {
  return text.replace(
    UNSEEN,
    (one) => names[one] ?? `\\u${(one.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

/** Text of a server as one line: what was broken into lines to be read, as SQL is, has spaces there. */
export function inOneLine(text: string): string {
  return escaped(text.replace(/\s+/g, ' ').trim());
}
