/** `npm run release -- VERSION`: what a release needs, checked; and its steps, which are only printed without --yes. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { LabError } from '../../lab/errors.ts';
import { parseWith } from '../../lab/flags.ts';
import type { Refusal } from '../../lib/core/fault.ts';

/** What a release is judged by. */
export interface Standing {
  readonly version: string;
  /** The version of package.json. */
  readonly present: string;
  readonly changelog: string;
  /** What `git status --porcelain` says. */
  readonly changes: string;
  readonly tags: readonly string[];
}

/** The first thing that forbids the release; null when there is none. */
export function obstacleTo({ version, present, changelog, changes, tags }: Standing): Refusal | null {
  if (!/^\d+\.\d+\.\d+$/.test(version) || isOlder(version, present)) {
    const want = `one like 1.2.3, not older than ${present}`;
    return { got: `version ${version}`, want, remedy: 'name the next version' };
  }
  if (tags.includes(`v${version}`)) {
    return {
      got: `a tag v${version} that is there`,
      want: 'a version without a tag',
      remedy: 'name the next version',
    };
  }
  if (changes !== '') {
    return { got: 'a work tree with changes', want: 'a clean one', remedy: 'commit them, or put them away' };
  }
  if (!/^- /m.test(entryOf(changelog, version))) {
    const want = `what changes for users, under "${headingOf(version)}"`;
    return { got: `no such entry in CHANGELOG.md`, want, remedy: 'write it, and commit it' };
  }
  return null;
}

/** The changelog with the date of the release. */
export function changelogOf(changelog: string, version: string, date: string): string {
  return changelog.replace(headingOf(version), `## ${version} (${date})`);
}

function headingOf(version: string): string {
  return `## ${version} (unreleased)`;
}

function entryOf(changelog: string, version: string): string {
  const [, after = ''] = changelog.split(`${headingOf(version)}\n`);
  return after.split(/^## /m)[0] ?? '';
}

function isOlder(version: string, present: string): boolean {
  const [one, other] = [version, present].map((text) => text.split('.').map(Number)) as [number[], number[]];
  const at = one.findIndex((part, index) => part !== other[index]);
  return at >= 0 && (one[at] ?? 0) < (other[at] ?? 0);
}

/** Runs the command; gives back its exit code. Throws a `LabError` for what a person can fix. */
export function releaseCommand(args: readonly string[]): number {
  const command = new Command('npm run release --')
    .description(
      'Sets the version, dates the changelog, commits, tags and packs. Without --yes it only says so.',
    )
    .argument('<version>', 'such as 1.2.3')
    .option('--yes', 'do it; pushing and publishing are left to you');
  const flags = parseWith<{ readonly yes?: true }>(command, args);
  if (flags === null) return 0;
  const [version = ''] = command.args;
  const root = path.resolve(import.meta.dirname, '../..');
  const run = (words: readonly string[]) =>
    execFileSync(words[0] ?? '', words.slice(1), {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  const file = path.join(root, 'CHANGELOG.md');
  const changelog = readFileSync(file, 'utf8');
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
  const obstacle = obstacleTo({
    version,
    present: manifest.version,
    changelog,
    changes: run(['git', 'status', '--porcelain']).trim(),
    tags: run(['git', 'tag', '--list']).split('\n'),
  });
  if (obstacle) throw new LabError(obstacle);
  if (flags.yes) writeFileSync(file, changelogOf(changelog, version, new Date().toISOString().slice(0, 10)));
  for (const step of stepsOf(version)) {
    console.log(step.join(' '));
    if (flags.yes) run(step);
  }
  const publish = `git push --follow-tags && npm publish keepalambda-${version}.tgz --provenance`;
  console.log(flags.yes ? `Next: ${publish}` : 'Nothing was done: --yes does it.');
  return 0;
}

function stepsOf(version: string): readonly (readonly string[])[] {
  return [
    ['npm', 'version', version, '--no-git-tag-version', '--allow-same-version'],
    ['git', 'commit', '--all', '--message', `Release ${version}`],
    ['git', 'tag', '--annotate', `v${version}`, '--message', `Release ${version}`],
    ['npm', 'pack', '--silent'],
  ];
}
