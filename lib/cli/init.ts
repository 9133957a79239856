/** `keepalambda init NAME`: an environment file from flags and questions, written only when it is right. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkEnvironments, loadEnvironments, renderFaults } from '../stack/environments.ts';
import { isPackage } from '../stack/place.ts';
import { renderEnvironment } from './environment-file.ts';
import { CliError } from './errors.ts';
import type { Draft, Judge } from './init-draft.ts';
import { environmentOf, type InitWords } from './init-flags.ts';
import { complete, type Surroundings } from './init-questions.ts';
import type { Talk } from './interview.ts';

/**
 * Writes `DIRECTORY/NAME.ts` (`.mts` in a project of one's own) and gives back its path. Throws a `CliError` with every fault, and writes nothing,
 * when the file is there already or when what was said does not make an environment beside those that there are.
 */
export async function init(
  directory: string,
  name: string,
  words: InitWords,
  talk?: Talk,
  around?: Surroundings,
): Promise<string> {
  const file = join(directory, `${name}${extension}`);
  if (existsSync(file)) {
    throw new CliError([`${file}: it is there already; change it, or choose another name`]);
  }
  const others = (await loadEnvironments(directory)).filter(({ raw }) => raw !== undefined);
  const own = basename(file);
  const judge: Judge = (draft) => {
    const checked = checkEnvironments([...others, { file: own, raw: withoutGaps(draft) }]);
    return checked.kind === 'faulty' ? (checked.faults.get(own) ?? []) : [];
  };
  const environment = await complete(environmentOf(name, words), judge, talk, around);
  const faults = judge(environment);
  if (faults.length > 0) {
    throw new CliError([renderFaults(directory, new Map([[own, faults]])), 'nothing was written']);
  }
  mkdirSync(directory, { recursive: true });
  // `wx`: one that appeared meanwhile is not overwritten.
  const text = renderEnvironment(withoutGaps(environment), libraryFrom(directory));
  writeFileSync(file, text, { flag: 'wx' });
  return file;
}

/** What nobody has given is left out, and not written as undefined. */
function withoutGaps(draft: Draft): Draft {
  return JSON.parse(JSON.stringify(draft)) as Draft;
}

/** A module whatever the project's package.json says. */
const extension = isPackage ? '.mts' : '.ts';

/** How a file of the directory imports what types an environment. */
function libraryFrom(directory: string): string {
  if (isPackage) return 'keepalambda/environment';
  return relative(directory, fileURLToPath(new URL('../core/config.ts', import.meta.url)));
}
