import { LabError } from '../../lab/errors.ts';

/** The world is not as this step must leave it. */
export function notAsWanted(got: string, want: string): LabError {
  return new LabError({
    got,
    want,
    remedy: 'run npm run rehearse without --json to see what each command said',
  });
}
