/** `docs/glossary.md` and the project use the same words. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

/** The first cells of the rows of every table whose head begins with this word. */
function columnOf(glossary: string, head: string): readonly string[] {
  const tables = glossary.split('\n\n').filter((block) => block.startsWith(`| ${head} |`));
  return tables.flatMap((table) =>
    table
      .trim()
      .split('\n')
      .slice(2)
      .map((line) => (line.split('|')[1] ?? '').trim().replaceAll('`', '')),
  );
}

/** Without its comments, so that texts and names are left. */
function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(?<![:'"`\\])\/\/.*$/gm, '');
}

/** Without the output of older runs that a page quotes. */
function withoutQuotes(page: string): string {
  return page.replace(/```text\n[\s\S]*?```/g, '');
}

/** The lines with the expression as words of their own, in any case. */
function linesWith(text: string, expression: string): readonly string[] {
  const escaped = expression.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const end = /[a-z]$/.test(expression) ? '(?:s|ed|ing)?(?![a-z])' : '';
  const pattern = new RegExp(`(?<![a-z])${escaped}${end}`, 'i');
  return text.split('\n').filter((line) => pattern.test(line));
}

const glossary = read('docs/glossary.md');
const words = columnOf(glossary, 'word');
const banned = columnOf(glossary, 'banned');
const sources = readdirSync(new URL('lib', root), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => [`lib/${path}`, withoutComments(read(`lib/${path}`))] as const);
const docs = readdirSync(new URL('docs', root))
  .filter((path) => path.endsWith('.md') && path !== 'glossary.md')
  .map((path) => `docs/${path}`);
const pages = [...docs, 'README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'].map(
  (path) => [path, withoutQuotes(read(path))] as const,
);

describe('each word of the glossary', () => {
  const all = sources.map(([, text]) => text.toLowerCase()).join('\n');
  const camelCase = (word: string) => word.replace(/[ -](.)/g, (_, next: string) => next).toLowerCase();
  test.each(words)('%s occurs in lib', (word) => {
    expect([word.toLowerCase(), camelCase(word)].some((spelling) => all.includes(spelling))).toBe(true);
  });

  it('is there once', () => {
    expect(words.length).toBeGreaterThan(50);
    expect(words.filter((word, index) => words.indexOf(word) !== index)).toEqual([]);
  });
});

describe('a banned expression', () => {
  it.each(banned)('%s occurs in no text of lib and in no document', (expression) => {
    const found = [...sources, ...pages].flatMap(([path, text]) =>
      linesWith(text, expression).map((line) => `${path}: ${line.trim()}`),
    );
    expect(found).toEqual([]);
  });

  it('is found in a text and in a page, and not in a comment or inside a word', () => {
    expect(banned).toContain('mend');
    expect(linesWith("const a = 'Mending it';", 'mend')).toHaveLength(1);
    expect(linesWith('we recommend it, and amend it', 'mend')).toEqual([]);
    expect(linesWith(withoutComments("/** mend it */\nconst a = 'b'; // mend"), 'mend')).toEqual([]);
    expect(linesWith("const a = 'fence db1: missed (why)';", 'missed (')).toHaveLength(1);
  });
});
