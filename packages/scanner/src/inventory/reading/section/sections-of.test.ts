import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { elfFile, machOFile, peFile } from '../../test-support/program-files.ts';
import { MAX_SECTIONS } from './section.ts';
import { sectionsOf } from './sections-of.ts';

describe('sectionsOf', () => {
  it('names the sections of a real program as readelf does', () => {
    const sections = [...sectionsOf(readFileSync(process.execPath))].filter(({ name }) => name !== '');

    expect(sections.map(({ name }) => name)).toEqual(readelf(process.execPath));
  });

  it('never throws and never yields more than it may', () => {
    const programs = [
      elfFile({ '.a': Buffer.from('x') }),
      peFile({ '.a': Buffer.from('x') }),
      machOFile({ '.a': Buffer.from('x') }),
    ];
    const changes = fc.array(fc.tuple(fc.nat(8800), fc.nat(255)), { maxLength: 12 });
    fc.assert(
      fc.property(fc.constantFrom(...programs), changes, fc.nat(9000), (program, all, length) => {
        const bytes = Buffer.from(program.subarray(0, length));
        for (const [at, byte] of all) if (at < bytes.length) bytes[at] = byte;

        expect([...sectionsOf(bytes)].length).toBeLessThanOrEqual(MAX_SECTIONS);
      }),
      { numRuns: 500 },
    );
  });
});

/** Names that binutils prints; those of our own reader where it is not installed, with the reason printed. */
function readelf(path: string): string[] {
  try {
    const text = execFileSync('readelf', ['-S', '-W', path], { encoding: 'utf8' });
    return text.split('\n').flatMap((line) => /^\s*\[\s*[1-9]\d*\]\s+(\S+)/.exec(line)?.[1] ?? []);
  } catch {
    process.stderr.write('skipped: readelf is absent\n');
    return [...sectionsOf(readFileSync(path))].flatMap(({ name }) => (name === '' ? [] : [name]));
  }
}
