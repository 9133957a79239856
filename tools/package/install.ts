/** Installs packages by npm, as the README says. */

/** A registry that stalls is asked again after a minute, in place of five. */
const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--fetch-timeout=60000'] as const;
/** npm was seen to wait for ever, with no connection open: after this time it is ended, and begun again. Seconds. */
const LIMIT_S = 240;
const TRIES = 3;
/** What `timeout` ends with when it had to end the command. */
const TIMED_OUT = 124;

/** Runs `npm install` for these packages by `run`; gives back how the last try ended. */
export async function installPackages<Ended extends { readonly code: number }>(
  packages: readonly string[],
  run: (command: string, words: readonly string[]) => Promise<Ended>,
): Promise<Ended> {
  const words = ['--kill-after=10', `${LIMIT_S}`, 'npm', 'install', ...packages, ...flags];
  for (let left = TRIES; ; left -= 1) {
    const ended = await run('timeout', words);
    if (ended.code !== TIMED_OUT || left === 1) return ended;
  }
}
