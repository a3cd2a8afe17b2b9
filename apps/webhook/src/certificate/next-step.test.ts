import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readCertificate } from '@bulkhead/pki';
import { describe, expect, it } from 'vitest';
import { afterStep, nextStep, type RotationInput } from './next-step.ts';
import { readSecret, type SecretContent, secretOf, trustOf } from './secret.ts';

const NAMES = ['webhook.bulkhead.svc', '127.0.0.1'];
const NONE: SecretContent = { current: undefined, next: undefined, previousAuthorities: '' };
const NOW = Date.now();
const DAY = 86_400_000;

function input(content: SecretContent, over: Partial<RotationInput> = {}): RotationInput {
  return { content, names: NAMES, now: NOW, trustedForMs: undefined, overlapMs: 1_000, ...over };
}

function make(content: SecretContent, step: 'replace' | 'prepare' | 'promote', now = NOW): Promise<SecretContent> {
  return afterStep({ step, why: '' }, { content, names: NAMES, days: 90, now });
}

describe('the rotation of a certificate', () => {
  it('begins with one for all names, signed by an authority that can be checked and whose key is gone', async () => {
    expect(nextStep(input(NONE))).toEqual({ step: 'replace', why: 'there is none' });
    const content = await make(NONE, 'replace');
    const { certificate = '', key = '', authority = '' } = content.current ?? {};
    const leaf = new X509Certificate(certificate);

    expect(leaf.verify(new X509Certificate(authority).publicKey)).toBe(true);
    expect(leaf.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(NAMES.map((name) => (name.includes('svc') ? leaf.checkHost(name) : leaf.checkIP(name)))).toEqual(NAMES);
    expect(JSON.stringify(content).match(/PRIVATE KEY-----\\n/g)).toHaveLength(2);
    expect(nextStep(input(content))).toEqual({ step: 'none' });
  });

  it('prepares a successor when two thirds are over, and shows it only after it was trusted for the overlap', async () => {
    const first = await make(NONE, 'replace');
    const due = NOW + 61 * DAY;
    expect(nextStep(input(first, { now: due }))).toEqual({ step: 'prepare', why: 'two thirds of its time are over' });

    const prepared = await make(first, 'prepare', due);
    expect(prepared.current).toEqual(first.current);
    expect(trustOf(prepared)).toBe(`${first.current?.authority}${prepared.next?.authority}`);
    expect(nextStep(input(prepared, { now: due }))).toEqual({ step: 'none' });
    expect(nextStep(input(prepared, { now: due, trustedForMs: 999 }))).toEqual({ step: 'none' });
    expect(nextStep(input(prepared, { now: due, trustedForMs: 1_000 }))).toEqual({ step: 'promote' });

    const promoted = await make(prepared, 'promote', due);
    expect(promoted).toMatchObject({ current: prepared.next, next: undefined });
    // Who still shows the old one is trusted until it expires.
    expect(trustOf(promoted)).toBe(`${prepared.next?.authority}${first.current?.authority}`);
    const later = await make(await make(promoted, 'prepare', NOW + 120 * DAY), 'promote', NOW + 120 * DAY);
    expect(trustOf(later)).not.toContain(first.current?.authority);
  });

  it('prepares one when it is called by another name, and replaces at once what has expired', async () => {
    const first = await make(NONE, 'replace');

    expect(nextStep(input(first, { names: [...NAMES, 'new.svc'] }))).toEqual({
      step: 'prepare',
      why: 'it is not for new.svc',
    });
    expect(nextStep(input(first, { now: NOW + 91 * DAY }))).toMatchObject({ step: 'replace' });
  });

  it('goes on from what the Secret says, and takes half a pair or garbage for none', async () => {
    const prepared = await make(await make(NONE, 'replace'), 'prepare');
    const object = secretOf('s', prepared) as { metadata: { name: string }; data: Record<string, string> };
    const read = (data: Record<string, string>): SecretContent =>
      readSecret({ ...object, data, metadata: { name: 's', uid: '', resourceVersion: '' } });

    expect(read(object.data)).toEqual(prepared);
    expect(read({ ...object.data, 'next.key': '' }).next).toBeUndefined();
    expect(nextStep(input(read({ ...object.data, 'tls.crt': 'AAAA' })))).toMatchObject({ step: 'replace' });
    expect(readCertificate(prepared.current?.certificate ?? '').isAuthority).toBe(false);
  });
});
