import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { review } from '../../admission/review/review.ts';
import { exportValidatingAdmissionPolicies } from './export.ts';
import { CRITERIA, policyOf } from './test-support/samples.ts';

/**
 * What the API server's own evaluator answered (`+` allowed, `-` denied) about these objects, as Kubernetes' types read them, by
 * exports whose text has these digests. An export that reads otherwise has to be shown to that evaluator again.
 */
interface Verified {
  readonly evaluator: string;
  readonly policies: Readonly<Record<string, { readonly sha256: string; readonly answers: string }>>;
  readonly objects: readonly object[];
}

const NOW = Date.parse('2026-12-01');
const VERIFIED = JSON.parse(readFileSync(join(import.meta.dirname, 'test-support/verified.json'), 'utf8')) as Verified;

describe(`what ${VERIFIED.evaluator} has evaluated`, () => {
  it('are the exports of all criteria', () => {
    expect(Object.keys(VERIFIED.policies)).toEqual(Object.keys(CRITERIA));
    expect(VERIFIED.objects.length).toBeGreaterThan(20);
  });

  it.each(Object.keys(CRITERIA))('is still the text that the rule %s is exported as', (name) => {
    const { documents } = exportValidatingAdmissionPolicies(policyOf(name, CRITERIA[name] ?? {}), NOW);

    expect(createHash('sha256').update(JSON.stringify(documents)).digest('hex')).toBe(VERIFIED.policies[name]?.sha256);
  });

  it.each(Object.keys(CRITERIA))('was answered for the rule %s as Bulkhead answers', (name) => {
    const policies = policyOf(name, CRITERIA[name] ?? {});
    const own = VERIFIED.objects.map((object) => {
      const manifest = { file: 'object', text: JSON.stringify(object) };
      return review([manifest], policies, { namespace: name, now: NOW }).verdict === 'deny' ? '-' : '+';
    });

    expect(own.join('')).toBe(VERIFIED.policies[name]?.answers);
  });
});
