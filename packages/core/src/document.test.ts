import { describe, expect, it } from 'vitest';
import { formatPath, problemsOfIssues, problemText } from './document.ts';
import { isName } from './name.ts';

describe('formatPath', () => {
  it.each([
    [['spec', 'detectors', 2, 'id'], 'spec.detectors[2].id'],
    [['metadata', 'labels', 'app.kubernetes.io/name'], 'metadata.labels["app.kubernetes.io/name"]'],
    [[], ''],
  ] as const)('renders %j as %s', (path, text) => {
    expect(formatPath(path)).toBe(text);
  });
});

describe('problemText', () => {
  it('names the place, unless it is the whole document', () => {
    expect(problemText({ path: ['ignore', 0], message: 'is no entry' })).toBe('ignore[0]: is no entry');
    expect(problemText({ path: [], message: 'is no list' })).toBe('is no list');
  });
});

describe('problemsOfIssues', () => {
  it('keeps places and messages, and nothing that cannot be written down', () => {
    const issues = [{ code: 'custom', path: ['spec', 2, Symbol('x')], message: 'wrong' }];

    expect(problemsOfIssues(issues)).toEqual([{ path: ['spec', 2, 'Symbol(x)'], message: 'wrong' }]);
  });
});

describe('isName', () => {
  it.each(['a', 'payment-cards', '9lives', 'x'.repeat(63)])('accepts %s', (name) => {
    expect(isName(name)).toBe(true);
  });

  it.each(['', '-a', 'a-', 'A', 'a.b', 'a#high', 'a\n', 'x'.repeat(64)])('refuses %j', (name) => {
    expect(isName(name)).toBe(false);
  });
});
