/** HTML that cannot be broken by what it shows: every value is escaped, and only `Html` is taken as it is. */
import { escaped } from '../one-line.ts';

/** Text that is HTML already. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Value = string | number | Html | readonly Html[];

/** `html\`<p>${name}</p>\``: names, reasons and all other text are escaped. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(parts.map((part, index) => `${part}${rendered(values[index] ?? '')}`).join(''));
}

function rendered(value: Value): string {
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(({ text }) => text).join('');
  return escapeHtml(String(value));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Marks that turn the direction of text are shown by their numbers. */
function escapeHtml(text: string): string {
  return escaped(text).replace(/[&<>"']/g, (one) => entities[one] ?? '');
}
