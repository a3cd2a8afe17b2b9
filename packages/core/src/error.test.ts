import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CodedError, errorLine, errorText, printable } from './error.ts';

class ScanError extends CodedError<'NOT_FOUND'> {}

describe('CodedError', () => {
  it('says what, why and what to do on one line', () => {
    const error = new ScanError('NOT_FOUND', {
      what: 'cannot read "a.pcap"',
      why: 'no such file',
      fix: 'check the path',
    });

    expect(errorLine(error)).toBe('error: cannot read "a.pcap": no such file; check the path');
    expect(errorText(error)).toBe('cannot read "a.pcap": no such file; check the path');
    expect(error).toMatchObject({
      code: 'NOT_FOUND',
      name: 'ScanError',
      message: 'cannot read "a.pcap": no such file',
    });
  });

  it('keeps its cause for logs but does not print it', () => {
    const cause = new Error('inner');

    const error = new ScanError('NOT_FOUND', 'cannot read "a.pcap"', { cause });

    expect(error.cause).toBe(cause);
    expect(errorLine(error)).toBe('error: cannot read "a.pcap"');
  });
});

describe('printable', () => {
  it('is always one line without control characters and of bounded length', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        const line = printable(text, 100);
        expect(line).not.toMatch(/\p{Cc}/u);
        expect(line.length).toBeLessThanOrEqual(100);
      }),
    );
  });

  it('leaves ordinary text alone', () => {
    expect(printable('größer als 5 €')).toBe('größer als 5 €');
  });
});
