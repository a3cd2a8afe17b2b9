import { describe, expect, it } from 'vitest';
import { renderSteps } from './steps-table.ts';

const went = { name: 'helm install', expected: 'every pod is ready', isAsExpected: true, evidence: {}, ms: 1234 };

describe('the table of steps', () => {
  it('has a line for each step, however much a failed one has to say, and says it whole below', () => {
    const trace = `kubectl: fetch failed\n${'    at a place\n'.repeat(30)}`;
    const text = renderSteps([
      { ...went, seen: 'yes' },
      { ...went, name: 'push', isAsExpected: false, seen: trace },
    ]);
    const lines = text.split('\n');
    expect(lines[2]).toBe('ok      helm install  every pod is ready  yes                     1.23 s');
    expect(lines[3]).toBe('FAILED  push          every pod is ready  kubectl: fetch failed…  1.23 s');
    expect(lines.slice(4, 7)).toEqual(['', 'push:', 'kubectl: fetch failed']);
    expect(text).toContain(trace.trimEnd());
  });

  it('says a failure that fits its line once', () => {
    const text = renderSteps([{ ...went, isAsExpected: false, seen: 'not ready' }]);
    expect(text.split('not ready')).toHaveLength(2);
  });

  it('clips a long line of what went well', () => {
    const text = renderSteps([{ ...went, seen: 'x'.repeat(200) }]);
    expect(text).toContain(`${'x'.repeat(75)}…`);
    expect(text).not.toContain('x'.repeat(76));
  });
});
