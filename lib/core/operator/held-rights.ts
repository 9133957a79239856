/** The rights of an account, as `SHOW GRANTS` lists them, compared with those that it needs. */

/** One right on one thing: `PROCESS` on `*.*`. */
export interface Right {
  readonly right: string;
  readonly on: string;
}

/** `lines` are the rows of `SHOW GRANTS`. Null where rights come by a role: what a role brings is not in the list. */
export function heldIn(lines: readonly string[]): readonly Right[] | null {
  const parsed = lines.map((line) => /^GRANT (.+?) ON (\S+)(?: TO (.*))?$/s.exec(line));
  if (parsed.some((match) => match === null)) return null;
  return parsed.flatMap((match) => {
    const [, list = '', on = '', end = ''] = match ?? [];
    const also = end.includes('WITH GRANT OPTION') ? ', GRANT OPTION' : '';
    return rightsOf(`${list}${also}`, on.replaceAll('`', ''));
  });
}

/** A list as `GRANT` takes it → its rights. */
export function rightsOf(list: string, on: string): readonly Right[] {
  return list.split(',').map((right) => ({ right: right.trim().toUpperCase(), on }));
}

/** Whether the right is held, on this thing or on one that includes it. */
export function covers(held: readonly Right[], { right, on }: Right): boolean {
  const places = [on, '*.*', on.replace(/\..*$/, '.*')];
  return held.some((one) => places.includes(one.on) && includes(one.right, right));
}

/** SUPER brings with it what later versions made rights of their own. */
function includes(held: string, wanted: string): boolean {
  if (held === wanted || /^ALL( PRIVILEGES)?$/.test(held)) return true;
  return held === 'SUPER' && /[_ ]ADMIN$/.test(wanted);
}
