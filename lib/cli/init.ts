/** `keepalambda init NAME`: an environment file from flags and questions, written only when it is right. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderRefusal } from '../core/fault.ts';
import { checkEnvironments, loadEnvironments, renderFaults } from '../stack/environments.ts';
import { isPackage } from '../stack/place.ts';
import { renderEnvironment } from './environment-file.ts';
import { CliError, exitCodes, usage } from './errors.ts';
import { authorityFault } from './init-authority.ts';
import type { Draft, Judge } from './init-draft.ts';
import { environmentOf, type InitWords } from './init-flags.ts';
import { complete, type Surroundings } from './init-questions.ts';
import type { Talk } from './interview.ts';

export interface Written {
  readonly file: string;
  /** What is to be stored before the deployment: the authority's certificate, from a file. */
  readonly authority: { readonly file: string; readonly parameter: string; readonly region: string } | null;
}

/**
 * Writes `DIRECTORY/NAME.ts` (`.mts` in a project of one's own) and says what it wrote. Throws a `CliError` with every fault, and writes nothing,
 * when the file is there already or when what was said does not make an environment beside those that there are.
 */
export async function init(
  directory: string,
  name: string,
  words: InitWords,
  talk?: Talk,
  around?: Surroundings,
): Promise<Written> {
  const file = join(directory, `${name}${extension}`);
  if (existsSync(file)) {
    throw new CliError(
      [`${file}: it is there already; change it, or choose another name`],
      exitCodes.refused,
    );
  }
  expectOneOfTls(words);
  const others = (await loadEnvironments(directory)).filter(({ raw }) => raw !== undefined);
  const own = basename(file);
  const judge: Judge = (draft) => {
    const checked = checkEnvironments([...others, { file: own, raw: withoutGaps(draft) }]);
    return checked.kind === 'faulty' ? (checked.faults.get(own) ?? []) : [];
  };
  const completed = await complete(environmentOf(name, words), judge, talk, around);
  const environment = completed.draft;
  const faults = judge(environment);
  if (faults.length > 0) {
    throw usage(renderFaults(directory, new Map([[own, faults]])), 'nothing was written');
  }
  mkdirSync(directory, { recursive: true });
  // `wx`: one that appeared meanwhile is not overwritten.
  const text = renderEnvironment(withoutGaps(environment), libraryFrom(directory));
  writeFileSync(file, text, { flag: 'wx' });
  return { file, authority: authorityOf(environment, completed.authority ?? words.tlsAuthority) };
}

/** TLS by flags: a certificate that is one, or `--no-tls`. */
function expectOneOfTls({ tls, tlsAuthority }: InitWords): void {
  if (tlsAuthority === '') return;
  const both = {
    got: 'this and --no-tls',
    want: 'one of the two',
    remedy: 'take one of them out',
  };
  const fault = tls ? authorityFault(tlsAuthority) : both;
  if (fault) throw usage(`--tls-authority: ${renderRefusal(fault)}`);
}

function authorityOf(environment: Draft, file: string): Written['authority'] {
  const { region, pairs } = environment as { region: string; pairs: readonly { tlsAuthority?: string }[] };
  const parameter = pairs[0]?.tlsAuthority;
  return file === '' || parameter === undefined ? null : { file, parameter, region };
}

/** What nobody has given is left out, and not written as undefined. */
function withoutGaps(draft: Draft): Draft {
  return JSON.parse(JSON.stringify(draft)) as Draft;
}

/** A module whatever the project's package.json says. */
const extension = isPackage ? '.mts' : '.ts';

/** The import of `defineEnvironment`, as a file of the directory writes it. */
function libraryFrom(directory: string): string {
  if (isPackage) return 'keepalambda/environment';
  return relative(directory, fileURLToPath(new URL('../core/config/config.ts', import.meta.url)));
}
