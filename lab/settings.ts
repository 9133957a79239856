/** `--set lagLimitSeconds=3` → values by name. */
import { type Judging, peopleKeys } from '../lib/core/config/settings.ts';
import { LabError } from './errors.ts';

/** Parses the flags; the configuration checks names and ranges. Throws a `LabError` for one that is no setting. */
export function parseSettings(flags: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    flags.map((flag) => {
      const [name = '', value = ''] = flag.split('=');
      if (name !== '' && value !== '' && Number.isFinite(Number(value))) return [name, Number(value)];
      throw new LabError({
        got: `--set ${flag}`,
        want: 'a setting and its number, such as lagLimitSeconds=3',
        remedy: 'correct --set',
      });
    }),
  );
}

/** Single values by name, such as `lagLimitSeconds` and `silentLooks` → each where it is written in an environment file. */
export function judgingOf(values: Readonly<Record<string, number>>): Judging {
  const isForPeople = ([key]: [string, number]) => peopleKeys.includes(key);
  const all = Object.entries(values);
  return {
    settings: Object.fromEntries(all.filter(isForPeople)),
    expert: Object.fromEntries(all.filter((entry) => !isForPeople(entry))),
  };
}
