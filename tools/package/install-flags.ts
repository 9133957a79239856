/** What `npm install` of the packed file is given. A registry that stalls is asked again after a minute, in place of five. */
export const installFlags = ['--prefer-offline', '--no-audit', '--no-fund', '--fetch-timeout=60000'] as const;
