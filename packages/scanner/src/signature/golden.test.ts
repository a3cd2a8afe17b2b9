import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTrustRoot, type TrustRoot } from '@bulkhead/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verifyKeyless } from './keyless/verify.ts';
import type { SignatureMaterial } from './material.ts';
import { readTrustedKey, verifySignatures } from './verify.ts';

const IMAGE = 'sha256:c38cb259a8e01ace117afdab2abd7b8072b8a40540831e1c68e5b4f70d4f6d7b';
const ANOTHER = `sha256:${'c'.repeat(64)}`;
const BUILDER = { issuer: 'https://issuer.example.com', subject: 'builder@example.com' };
const SECOND_LOG = 'cosign-3.1.1-rekor-2.json';
const KEY = readTrustedKey(fileOf('cosign.pub'));
const RUNS = 200;

describe('a signature by the real cosign', () => {
  it.each(['cosign-2.5.0-key.json', 'cosign-3.1.1-key.json'])('is that of its key and image: %s', (file) => {
    const materials = [materialOf(file)];

    expect(verifySignatures(IMAGE, materials, KEY).verified).toBe(true);
    expect(verifySignatures(ANOTHER, materials, KEY)).toMatchObject({ reasons: ['it is of another image'] });
  });

  it.each(['cosign-2.5.0-rekor-1.json', 'cosign-3.1.1-rekor-1.json', SECOND_LOG])(
    'is that of whom its certificate names, long after that ended: %s',
    (file) => {
      const materials = [materialOf(file)];
      const root = rootOf('trusted_root.json');

      expect(verifyKeyless(IMAGE, materials, root)).toEqual({ signers: [BUILDER], reasons: [] });
      expect(verifyKeyless(ANOTHER, materials, root).reasons).toEqual(['it is of another image']);
      expect(verifySignatures(IMAGE, materials, KEY).verified).toBe(false);
    },
  );

  it('is verified by certificates and keys alone where the first log has it', () => {
    const materials = ['cosign-2.5.0-rekor-1.json', 'cosign-3.1.1-rekor-1.json', SECOND_LOG].map(materialOf);

    expect(verifyKeyless(IMAGE, materials, rootOf('root.pem'))).toEqual({
      signers: [BUILDER],
      reasons: [
        'its log has made no promise, and a trust root in PEM has no more to hold it by: give a trusted_root.json',
      ],
    });
  });

  it('is nobody’s when its certificate was not promised to a log that the trust root knows', () => {
    const document = JSON.parse(fileOf('trusted_root.json')) as { ctlogs: { logId: { keyId: string } }[] };
    for (const { logId } of document.ctlogs) logId.keyId = Buffer.alloc(32).toString('base64');
    const root = readRoot(JSON.stringify(document));

    expect(verifyKeyless(IMAGE, [materialOf(SECOND_LOG)], root)).toEqual({
      signers: [],
      reasons: [expect.stringContaining('SCT verification failed')],
    });
    const without = readRoot(JSON.stringify({ ...document, ctlogs: [] }));
    expect(verifyKeyless(IMAGE, [materialOf(SECOND_LOG)], without).signers).toEqual([BUILDER]);
  });

  it('with a proof and a timestamp is nobody’s when any byte of them, its certificate or its envelope is another', () => {
    const text = JSON.stringify(JSON.parse(fileOf(SECOND_LOG)));
    const root = rootOf('trusted_root.json');
    const bytes = ['rawBytes', 'keyId', 'canonicalizedBody', 'payload', 'sig'].map((name) => valueOf(text, name));
    const [path = ''] = /(?<="hashes":\[")[^"]+/.exec(text) ?? [];
    const checkpoint = valueOf(text, 'envelope');
    const timestamp = valueOf(text, 'signedTimestamp');
    const changed = fc.oneof(
      fc.constantFrom(...bytes, path).chain((value) => changedBytes(value, 0, Buffer.from(value, 'base64').length)),
      // What was stamped and when: ASN.1 around it can be written in several ways.
      changedBytes(timestamp, ...timeIn(timestamp)),
      // The last letter has bits that say nothing, and after it the line ends.
      fc.nat(checkpoint.search(/.=*\\n$/) - 1).map((at) => ({ value: checkpoint, other: flipped(checkpoint, at) })),
    );
    fc.assert(
      fc.property(changed, ({ value, other }) => {
        const content = Buffer.from(text.replaceAll(`"${value}"`, `"${other}"`));
        expect(content.toString()).not.toBe(text);

        expect(verifyKeyless(IMAGE, [{ form: 'bundle', content }], root).signers).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });
});

function materialOf(file: string): SignatureMaterial {
  const text = fileOf(file);
  const document = JSON.parse(text) as object;
  if ('dsseEnvelope' in document) return { form: 'bundle', content: Buffer.from(text) };
  const simple = document as { payload: string; signature: string; certificate?: string; logEntry?: string };
  return { form: 'simple', ...simple, payload: Buffer.from(simple.payload) };
}

function rootOf(file: string): TrustRoot {
  return readRoot(fileOf(file));
}

function readRoot(text: string): TrustRoot {
  const outcome = readTrustRoot(text);
  if (!outcome.ok) throw new Error(outcome.why);
  return outcome.root;
}

function fileOf(name: string): string {
  return readFileSync(join(import.meta.dirname, 'golden', name), 'utf8');
}

/** As it stands in the text, which is where it is changed. */
function valueOf(text: string, name: string): string {
  return new RegExp(`(?<="${name}":")[^"]+`).exec(text)?.[0] ?? '';
}

function changedBytes(value: string, from: number, to: number) {
  return fc
    .record({ at: fc.integer({ min: from, max: to - 1 }), change: fc.integer({ min: 1, max: 255 }) })
    .map(({ at, change }) => {
      const content = Buffer.from(value, 'base64');
      content[at] = (content[at] ?? 0) ^ change;
      return { value, other: content.toString('base64') };
    });
}

/** Where a timestamp has its time (RFC 3161: `genTime`, a text). */
function timeIn(timestamp: string): readonly [number, number] {
  const content = Buffer.from(timestamp, 'base64').toString('latin1');
  const found = /20\d{12}Z/.exec(content);
  if (found === null) throw new Error('the timestamp has no time');
  return [found.index, found.index + found[0].length];
}

/** Another letter in the place of one. */
function flipped(text: string, at: number): string {
  return text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
}
