import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReadResult } from '../reader/reader.ts';
import type { FoundSecret, SecretScanner } from './ports.ts';
import { secretFindings } from './secret-findings.ts';
import { MAX_SECRETS_PER_FILE, secretReader } from './secret-reader.ts';
import { SECRET_SKIPS, skippedByPath } from './skips.ts';

const SECRET = 'SECRET-';

describe('secretReader', () => {
  it('names the line of each secret, however the file is cut', () => {
    const text = `a\nb ${SECRET}1\n\n${'x'.repeat(100)}\n${SECRET}2 ${SECRET}3\r\n${SECRET}4`;
    const whole = linesOf(read([text]));
    expect(whole).toEqual([2, 5, 5, 6]);

    fc.assert(
      fc.property(fc.array(fc.nat({ max: text.length }), { maxLength: 4 }), (cuts) => {
        expect(linesOf(read(cut(text, cuts)))).toEqual(whole);
      }),
    );
  });

  it('looks into files that are too large to hold', () => {
    const line = `${'y'.repeat(1023)}\n`;
    const chunks = Array.from({ length: 200 }, (_, index) => (index === 150 ? `${SECRET}1\n${line}` : line));

    expect(linesOf(read(chunks))).toEqual([151]);
  });

  it('passes over binary files, and wants no more of them', () => {
    const reading = secretReader(textScanner(), 'image').open(entry('a'));

    expect(reading.write(Buffer.from(`\u0000${SECRET}1`))).toBe(false);
    expect(reading.end(false)).toEqual({ facts: [], gaps: [] });
  });

  it('counts a secret once a line, and none that documentation uses', () => {
    expect(linesOf(read([`${SECRET}1 ${SECRET}1 ${SECRET}0`]))).toEqual([1]);
  });

  it('says so when there are too many, and when the file breaks off', () => {
    const many = Array.from({ length: MAX_SECRETS_PER_FILE + 1 }, () => `${SECRET}1\n`).join('');

    expect(read([many]).gaps).toMatchObject([{ code: 'limit' }]);
    expect(read([many]).facts).toHaveLength(MAX_SECRETS_PER_FILE);
    expect(read(['a'], false).gaps).toMatchObject([{ code: 'unreadable', message: 'the file broke off' }]);
  });

  it.each([1, 200])('says so when something encoded was not looked into, in %i KiB', (kibibytes) => {
    const scanner = textScanner({ decodeBudget: 3, depthLimit: 0 });
    const chunks = Array.from({ length: kibibytes }, () => `${'y'.repeat(1023)}\n`);

    expect(read(chunks, true, scanner).gaps).toMatchObject([
      { code: 'limit', message: expect.stringContaining('decodeBudget, depthLimit') },
    ]);
  });

  it.each([
    ['app/package-lock.json', 'lock-file'],
    ['node_modules/a/key.js', 'vendored'],
    ['usr/lib/python3.11/test/key.pem', 'distribution'],
    ['a/logo.png', 'binary-name'],
    ['usr/lib/libssl.so.3', 'binary-name'],
    ['src/.git/objects/aa/bb', 'version-control'],
    ['proc/1/environ', 'kernel'],
    ['src/.git/config', undefined],
    ['root/.ssh/id_rsa', undefined],
    ['app/.env', undefined],
    ['usr/local/bin/start.sh', undefined],
  ])('%s is passed over as %s', (path, skip) => {
    expect(skippedByPath({ path }, 'image')).toBe(skip);
    expect(secretReader(textScanner(), 'image').wants(entry(path))).toBe(skip === undefined);
  });

  it.each(['lib/config.js', 'dev/settings.ini', 'usr/lib/a.conf'])('looks into %s of a folder of sources', (path) => {
    expect(skippedByPath({ path }, 'filesystem')).toBeUndefined();
    expect(skippedByPath({ path }, 'host')).toBeDefined();
  });

  it('declares every skip once', () => {
    expect(new Set(SECRET_SKIPS.map(({ id }) => id)).size).toBe(SECRET_SKIPS.length);
  });
});

describe('secretFindings', () => {
  it('gives what opens an account the worst severity', () => {
    const secret = { masked: '***', confidence: 'high', line: 3, location: { path: 'a' } } as const;

    const found = secretFindings({
      secrets: [
        { ...secret, detector: 'aws-access-key' },
        { ...secret, detector: 'mine' },
      ],
    });

    expect(found.map(({ severity, location }) => [severity, location.line])).toEqual([
      ['critical', 3],
      ['high', 3],
    ]);
  });
});

function read(chunks: readonly string[], complete = true, scanner = textScanner()): ReadResult {
  const reading = secretReader(scanner, 'image').open(entry('a.txt'));
  for (const chunk of chunks) if (!reading.write(Buffer.from(chunk))) break;
  return reading.end(complete);
}

function linesOf({ facts }: ReadResult): readonly number[] {
  return facts.flatMap((fact) => (fact.kind === 'secret' ? [fact.secret.line] : []));
}

function cut(text: string, at: readonly number[]): readonly string[] {
  const places = [0, ...at.toSorted((a, b) => a - b), text.length];
  return places.slice(1).map((end, index) => text.slice(places[index], end));
}

function entry(path: string): { path: string; size: number; mode: number; kind: 'file' } {
  return { path, size: 10, mode: 0o644, kind: 'file' };
}

/** A scanner by the port's rules, for a secret of eight letters. */
function textScanner(notInspected: Readonly<Record<string, number>> = {}): SecretScanner {
  const find = (text: string, from: number): FoundSecret[] =>
    Array.from(text.matchAll(/SECRET-(\d)/g), (found) => ({
      detector: 'test',
      masked: `******${found[1] ?? ''}`,
      confidence: 'high' as const,
      offset: from + found.index,
      knownTest: found[1] === '0',
    }));
  return {
    detectors: ['test'],
    scan: (texts) => texts.map((text) => ({ findings: find(Buffer.from(text).toString('latin1'), 0), notInspected })),
    open() {
      let seen = '';
      let told = 0;
      return {
        scan(bytes) {
          seen += Buffer.from(bytes).toString('latin1');
          const all = find(seen, 0);
          const fresh = all.slice(told);
          told = all.length;
          return fresh;
        },
        end: () => ({ findings: [], notInspected }),
      };
    },
  };
}
