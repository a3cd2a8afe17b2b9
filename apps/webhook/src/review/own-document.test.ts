import { describe, expect, it } from 'vitest';
import { answer } from './answer.ts';
import { ownDocumentProblems } from './own-document.ts';
import type { AdmissionRequest } from './wire.ts';

const SPEC = { mode: 'monitor', selector: { names: ['*'] } };

function request(spec: unknown, over: Partial<AdmissionRequest> = {}): AdmissionRequest {
  return {
    uid: 'u',
    kind: { group: 'bulkhead.io', version: 'v1alpha1', kind: 'WorkloadGroup' },
    subResource: '',
    name: 'g',
    namespace: '',
    operation: 'CREATE',
    userInfo: { uid: '', groups: [], username: 'a' },
    object: { metadata: { name: 'g', managedFields: [] }, spec },
    dryRun: false,
    ...over,
  };
}

describe('ownDocumentProblems', () => {
  it('finds none in a valid policy, whatever the API server added to it', () => {
    expect(ownDocumentProblems(request(SPEC))).toEqual([]);
    expect(answer(request(SPEC), [], 0)).toMatchObject({ outcome: 'allow', response: { allowed: true } });
  });

  it('names every problem with its path, and the answer says them', () => {
    const wrong = request({ mode: 'watch', selector: {}, bogus: 1 });

    expect(ownDocumentProblems(wrong)).toEqual([
      expect.stringMatching(/^spec\.selector: selects nothing/),
      expect.stringMatching(/^spec\.mode: /),
      'spec: Unrecognized key: "bogus"',
    ]);
    expect(answer(wrong, [], 0).response).toMatchObject({
      allowed: false,
      status: { code: 422, reason: 'Invalid', message: expect.stringMatching(/^WorkloadGroup\/g is not valid: spec/) },
    });
  });

  it('says how many more there are', () => {
    const names = Array.from({ length: 40 }, () => 1);

    expect(ownDocumentProblems(request({ ...SPEC, selector: { names } }))?.at(-1)).toBe('and 20 more');
  });

  it.each([
    ['of another group', { kind: { group: 'apps', version: 'v1', kind: 'WorkloadGroup' } }],
    ['of a kind it does not know', { kind: { group: 'bulkhead.io', version: 'v2', kind: 'Other' } }],
    ['in a status', { subResource: 'status' }],
    ['that was there before', { operation: 'UPDATE' as const, oldObject: { metadata: {}, spec: { mode: 'x' } } }],
    ['of what is being deleted', { object: { metadata: { deletionTimestamp: '2026-11-26T00:00:00Z' }, spec: 1 } }],
    ['of what is no object', { object: null }],
  ])('leaves alone what is wrong %s', (_, over) => {
    expect(ownDocumentProblems(request({ mode: 'x' }, over))).toBeUndefined();
  });

  it('looks at an update that changes the policy', () => {
    const over = { operation: 'UPDATE' as const, oldObject: { metadata: {}, spec: SPEC } };

    expect(ownDocumentProblems(request({ mode: 'x' }, over))).not.toEqual([]);
    expect(ownDocumentProblems(request({ mode: 'protect', selector: { names: ['*'] } }, over))).toEqual([]);
  });
});
