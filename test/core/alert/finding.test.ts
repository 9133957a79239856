import { describe, expect, test } from 'vitest';
import {
  byDanger,
  exitCodeOf,
  type Finding,
  renderFindings,
  type Severity,
} from '../../../lib/core/alert/finding.ts';

const found = (id: string, severity: Severity): Finding => ({
  id,
  severity,
  subject: 'db1',
  got: 'one',
  want: 'two',
  why: 'three is too many',
  fix: 'make it two',
});

describe('findings', () => {
  test('stand with the most dangerous first', () => {
    const sorted = byDanger([found('a', 'hint'), found('b', 'danger'), found('c', 'warning')]);
    expect(sorted.map(({ id }) => id)).toEqual(['b', 'c', 'a']);
  });

  test.each<[string, readonly Severity[], number]>([
    ['nothing', [], 0],
    ['a hint', ['hint'], 0],
    ['a warning', ['hint', 'warning'], 5],
    ['a danger', ['warning', 'danger'], 1],
  ])('end a script by the worst: %s', (_name, severities, code) => {
    expect(exitCodeOf(severities.map((severity) => found('a', severity)))).toBe(code);
  });

  test('say got, want, why and how to fix it', () => {
    expect(renderFindings([found('a', 'hint')])).toBe(
      'hint  db1  a\n  got one; want two\n  why: three is too many\n  fix: make it two',
    );
    expect(renderFindings([])).toContain('nothing found');
  });
});
