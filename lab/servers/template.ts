/**
 * Prepared data directories: system tables, accounts and schemas, no history. Making one takes seconds,
 * copying it does not, so each is made once and kept in the cache under a key of all that went into it.
 */
import { createHash } from 'node:crypto';
import { constants, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { firstStatements, strangersOut } from './accounts.ts';
import { cached } from './cache.ts';
import { launch } from './launch.ts';
import { renderMyCnf, sizesOf, templateSettings } from './my-cnf.ts';
import type { Product } from './product.ts';

/** Grows when the way a template is made changes in a manner that its statements do not show. */
const edition = 1;

/** `bare`: as its package installs it. `furnished`: with the accounts and schemas of the lab. */
export type Contents = 'bare' | 'furnished';

/** Makes `dataDirectory` a fresh one of this product. */
export async function freshDataDirectory(
  product: Product,
  dataDirectory: string,
  contents: Contents = 'furnished',
): Promise<void> {
  const template = await cached(
    path.join('templates', `${product.name}-${keyOf(product, contents)}`),
    (draft) => build(product, draft, contents),
  );
  // Where the file system can, the copies share their blocks.
  await cp(template, dataDirectory, { recursive: true, mode: constants.COPYFILE_FICLONE });
}

function statementsFor({ dialect }: Product, contents: Contents): readonly string[] {
  return contents === 'bare' ? strangersOut(dialect) : firstStatements(dialect);
}

function keyOf(product: Product, contents: Contents): string {
  const ingredients = [
    edition,
    product.version,
    product.binary.command,
    statementsFor(product, contents),
    sizesOf(product.dialect),
  ];
  return createHash('sha256').update(JSON.stringify(ingredients)).digest('hex').slice(0, 12);
}

async function build(product: Product, dataDirectory: string, contents: Contents): Promise<void> {
  await product.initialize(dataDirectory);
  const directory = await mkdtemp(path.join(os.tmpdir(), 'keepalambda-template-'));
  try {
    await populate(product, directory, dataDirectory, contents);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  // Its UUID: every copy takes one of its own at its first start.
  await rm(path.join(dataDirectory, 'auto.cnf'), { force: true });
}

async function populate(
  product: Product,
  directory: string,
  dataDirectory: string,
  contents: Contents,
): Promise<void> {
  const socketPath = path.join(directory, 'mysqld.sock');
  const errorLog = path.join(directory, 'error.log');
  const temporaryDirectory = path.join(directory, 'tmp');
  const myCnf = path.join(directory, 'my.cnf');
  await mkdir(temporaryDirectory);
  await writeFile(
    myCnf,
    renderMyCnf(templateSettings(product, { dataDirectory, temporaryDirectory, socketPath, errorLog })),
  );
  const { child, root } = await launch({ product, myCnf, socketPath, errorLog });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    for (const statement of statementsFor(product, contents)) await root.query(statement);
  } finally {
    root.destroy();
    child.kill('SIGTERM');
    await ended;
  }
}
