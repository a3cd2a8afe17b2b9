import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LiveLine, type Step } from './live-line.ts';

afterEach(() => vi.unstubAllEnvs());

describe('LiveLine', () => {
  it.each<[Step, string]>([
    [{ what: 'opening a.tar' }, 'opening a.tar'],
    [{ what: 'reading /', done: 12_345, unit: 'files' }, 'reading /  12,345 files'],
    [{ what: 'a', done: 500, total: 1000, unit: 'bytes' }, 'a  [##########----------]  50 %  500 B of 1.00 kB'],
    [
      { what: 'a', done: 1500, total: 1000, unit: 'records' },
      'a  [####################] 100 %  1,500 of 1,000 records',
    ],
    [{ what: 'a', done: 0, total: 0 }, 'a  [####################] 100 %  0 of 0'],
  ])('draws %j', (step, text) => {
    const { line, written } = create({ isTTY: true });

    line.show(step);

    expect(written()).toBe(`<clear>${text}`);
  });

  it('draws a new step at once, the same one only now and then, and takes it away once', () => {
    const { line, written } = create({ isTTY: true });

    for (const done of [1, 2, 3]) line.show({ what: 'a', done });
    line.show({ what: 'b' });
    line.clear();
    line.clear();

    expect(written()).toBe('<clear>a  1<clear>b<clear>');
  });

  it('never needs more than one line, whatever a name is like', () => {
    for (const columns of [1, 10, 40, 200]) {
      const { line, written } = create({ isTTY: true, columns });

      line.show({ what: `\u001b[2J\n${'x'.repeat(300)}`, done: 1, total: 2, unit: 'bytes' });

      const text = written().replace('<clear>', '');
      expect(text).not.toMatch(/\p{Cc}/u);
      expect(text.length).toBeLessThan(columns);
    }
  });

  it('is silent where nobody watches, and at a terminal that cannot redraw', () => {
    const nobody = create({ isTTY: false });
    vi.stubEnv('TERM', 'dumb');
    const dumb = create({ isTTY: true });

    for (const { line } of [nobody, dumb]) {
      line.show({ what: 'a' });
      line.clear();
    }

    expect(nobody.written() + dumb.written()).toBe('');
  });
});

function create(terminal: { readonly isTTY: boolean; readonly columns?: number }) {
  const stderr = Object.assign(new PassThrough({ encoding: 'utf8' }), terminal);
  const written = (): string => String(stderr.read() ?? '').replaceAll('\r\u001b[K', '<clear>');
  return { line: new LiveLine({ stderr }), written };
}
