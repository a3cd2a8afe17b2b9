import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { line } from '../line.ts';
import { ALERT, anyAlert, UNPRINTABLE } from '../test-support/alerts.ts';
import { cefLine } from './cef.ts';

/** Reads a line as receivers do: seven fields cut by unescaped pipes, then pairs cut by unescaped equals signs. */
function read(text: string): { readonly head: readonly string[]; readonly fields: ReadonlyMap<string, string> } {
  const parts = /^CEF:0((?:\|(?:[^|\\]|\\[|\\])*){6})\|(.*)$/u.exec(text);
  const head = [...(parts?.[1] ?? '').matchAll(/\|((?:[^|\\]|\\[|\\])*)/gu)].map(([, field = '']) => unescaped(field));
  const pairs = [...(parts?.[2] ?? '').matchAll(/(\w+)=((?:[^=\\]|\\[=\\])*?)(?= \w+=|$)/gu)];
  return { head, fields: new Map(pairs.map(([, key = '', value = '']) => [key, unescaped(value)])) };
}

const unescaped = (text: string): string => text.replace(/\\(.)/gu, '$1');

describe('cefLine', () => {
  it('keeps every field apart from the others, whatever is in it', () => {
    fc.assert(
      fc.property(anyAlert, (alert) => {
        const text = cefLine(alert, '1.2.3');
        expect(text).not.toMatch(UNPRINTABLE);
        const { head, fields } = read(text);
        expect(head.slice(0, 5)).toEqual([
          'Bulkhead',
          'Bulkhead',
          '1.2.3',
          line(alert.kind, 64),
          line(alert.title, 300),
        ]);
        expect(fields.get('msg')).toBe(line(alert.title, 300));
        expect(fields.get('cat')).toBe(line(alert.kind, 64));
        expect(fields.get('cs1')).toBe(alert.namespace === undefined ? undefined : line(alert.namespace, 253));
        expect(fields.get('cs2')).toBe(alert.workload === undefined ? undefined : line(alert.workload, 253));
      }),
    );
  });

  it('says the severity as a number to ten', () => {
    expect(read(cefLine(ALERT, '1')).head[5]).toBe('8');
  });
});
