import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALERT, anyAlert, PLAIN, UNPRINTABLE } from '../test-support/alerts.ts';
import { MAX_SYSLOG_BYTES, SYSLOG_FORMATS, type SyslogFormat, syslogMessage } from './syslog.ts';

const SPEAKER = { hostname: 'api-0.example', processId: 42, version: '1.2.3' };
const options = (format: SyslogFormat) => ({ format, facility: 13, enterpriseId: 32_473 });

/** RFC 5424, 6, as a pattern: header, one element of structured data whose values are escaped, the message. */
const MESSAGE =
  /^<(?<pri>\d{1,3})>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [!-~]{1,255} bulkhead \d+ (?<id>[!-~]{1,32}) \[bulkhead@\d+(?<params>(?: [a-z]+="(?:[^"\\\]]|\\["\\\]])*")+)\] (?<text>.*)$/u;

describe('syslogMessage', () => {
  it.each(SYSLOG_FORMATS)('writes the format %s as its golden file has it', async (format) => {
    const lines = [ALERT, PLAIN].map((alert) => syslogMessage(alert, SPEAKER, options(format)));

    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`golden/syslog-${format}.txt`);
  });

  it('is one bounded message of RFC 5424 whatever is in an alert, from which every value can be read back', () => {
    fc.assert(
      fc.property(
        anyAlert,
        fc.string({ unit: 'binary' }),
        fc.constantFrom(...SYSLOG_FORMATS),
        (alert, host, format) => {
          const message = syslogMessage(alert, { ...SPEAKER, hostname: host }, options(format));
          const { text = '', params = '', pri } = MESSAGE.exec(message)?.groups ?? {};
          expect(Number(pri) >> 3).toBe(13);
          // Only text has a mark of byte order before it.
          expect(format === 'text' ? text.replace(/^\uFEFF/, '') : text).not.toMatch(UNPRINTABLE);
          expect(Buffer.byteLength(message)).toBeLessThanOrEqual(MAX_SYSLOG_BYTES);
          const read = [...params.matchAll(/ ([a-z]+)="((?:[^"\\\]]|\\.)*)"/gu)].map(
            ([, name, value = '']) => [name, value.replace(/\\(.)/gu, '$1')] as const,
          );
          expect(new Map(read).get('count')).toBe(String(alert.count));
          expect(read.map(([name]) => name)).toEqual([...new Set(read.map(([name]) => name))]);
        },
      ),
    );
  });
});
