/** The golden mails on disk, one file for each fault: read to judge a run, written by `--inbox --write`. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Message } from '../aws/events.ts';
import { type GoldenLetter, mergedWith, parseGolden, renderGolden, wrongsOfLetters } from './golden.ts';
import { lettersOf } from './letters.ts';

const directory = path.join(import.meta.dirname, 'mails');

/** Where the golden mails of a fault are. */
export function goldenFile(fault: string): string {
  return path.join(directory, `${fault}.txt`);
}

/** Nothing where there is no file. */
export function readGolden(fault: string): readonly GoldenLetter[] {
  const file = goldenFile(fault);
  return existsSync(file) ? parseGolden(readFileSync(file, 'utf8')) : [];
}

/** What of the mails of a run is not as the golden file of its fault has it, in words. */
export function wrongsOfInbox(fault: string, mails: readonly Message[]): readonly string[] {
  const remedy = `npm run lab -- --fault ${fault} --inbox --write, and read the diff of lab/inbox/mails/${fault}.txt`;
  return wrongsOfLetters(readGolden(fault), lettersOf(mails)).map(
    (wrong) => `the mail ${wrong} (if this is right: ${remedy})`,
  );
}

/** Takes the mails of a run into the golden file of its fault. `certain` are the alerts that each run must bring. */
export function writeGolden(fault: string, mails: readonly Message[], certain: readonly string[]): void {
  writeFileSync(goldenFile(fault), renderGolden(mergedWith(readGolden(fault), lettersOf(mails), certain)));
}
