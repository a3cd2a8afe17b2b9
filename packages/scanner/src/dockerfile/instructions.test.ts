import { describe, expect, it } from 'vitest';
import { MAX_LENGTH, readInstructions } from './instructions.ts';

describe('readInstructions', () => {
  it('joins continued lines as the builder does, across comments and empty lines', () => {
    expect(readInstructions('RUN apt-get up\\\ndate && \\\n# why\n\n  true\nuser a\n').instructions).toEqual([
      { keyword: 'RUN', argument: 'apt-get update &&   true', documents: [], line: 1 },
      { keyword: 'USER', argument: 'a', documents: [], line: 6 },
    ]);
  });

  it('knows the other escape character, from a directive only', () => {
    expect(readInstructions('# syntax=a\n# escape=`\nRUN x `\n  y\n').instructions).toMatchObject([
      { argument: 'x   y', line: 3 },
    ]);
    expect(readInstructions('FROM a\n# escape=`\nRUN x `\nRUN y\n').instructions).toHaveLength(3);
  });

  it('takes here-documents out, several of one instruction too, and those without an end', () => {
    expect(readInstructions('COPY <<A <<"B" /x/\none\nA\ntwo\nB\nRUN <<-C\nRUN three').instructions).toEqual([
      { keyword: 'COPY', argument: '<<A <<"B" /x/', documents: ['one', 'two'], line: 1 },
      { keyword: 'RUN', argument: '<<-C', documents: ['RUN three'], line: 6 },
    ]);
  });

  it('says so when there is too much of it', () => {
    expect(readInstructions('USER a\n'.repeat(10_001)).limit).toMatch(/instructions/);
    expect(readInstructions(`#${'a'.repeat(MAX_LENGTH)}`).limit).toMatch(/characters/);
    expect(readInstructions('USER a\n'.repeat(10_000)).limit).toBeUndefined();
  });
});
