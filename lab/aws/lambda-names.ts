/** How callers name a function: a name, an ARN or `account:function:name`, each with or without a qualifier. */

const named = /^(?:(?:arn:[^:]+:lambda:[^:]+:)?(?:\d{12}:)?function:)?([^:]+)(?::(.+))?$/;

/** The function's name alone. */
export function nameIn(text: string): string {
  return named.exec(text)?.[1] ?? '';
}

/** The version or alias that the path of a request asks for; null where it asks for none. */
export function qualifierOf(path: string): string | null {
  const [, name = ''] = /^\/2015-03-31\/functions\/([^/?]+)/.exec(path) ?? [];
  return named.exec(decodeURIComponent(name))?.[2] ?? null;
}
