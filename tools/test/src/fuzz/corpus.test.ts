import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readCorpus, unescapeBytes, writeCorpus } from './corpus.ts';

it('what is written is read again, once and the short ones first', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 })), (inputs) => {
      const read = readCorpus(writeCorpus(inputs));
      expect(new Set(read.map((input) => input.toString('hex')))).toEqual(
        new Set(inputs.map((input) => Buffer.from(input).toString('hex'))),
      );
      expect(writeCorpus(read)).toBe(writeCorpus([...inputs, ...inputs]));
    }),
  );
});

it('the escapes of golden files are understood', () => {
  expect(unescapeBytes(String.raw`a\r\n\t\\\"\x00é\q`)).toEqual(Buffer.from('a\r\n\t\\"\0é\\q'));
});
