import { createMetrics } from '@bulkhead/runtime';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { createWebhookMetrics } from '../metrics.ts';
import { createReviewHandler, type ReviewHandler } from './handler.ts';

const REQUEST = {
  uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
  kind: { group: '', version: 'v1', kind: 'Pod' },
  operation: 'CREATE',
  name: 'web',
  namespace: 'shop',
  userInfo: { username: 'ada', groups: ['developers'] },
  object: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'shop' }, spec: { containers: [] } },
  dryRun: false,
};
const review = (request: unknown, over: object = {}): string =>
  JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request, ...over });

let handle: ReviewHandler;
beforeEach(() => {
  const metrics = createWebhookMetrics(createMetrics({ processMetrics: false }));
  handle = createReviewHandler(() => [], { clock: { now: () => 0 }, metrics, emit: () => undefined });
});

describe('a review that is none', () => {
  it.each<[string, unknown]>([
    ['no request', undefined],
    ['a request that is a list', [REQUEST]],
    ['no uid', { ...REQUEST, uid: undefined }],
    ['a uid that is a number', { ...REQUEST, uid: 1 }],
    ['a uid without end', { ...REQUEST, uid: 'u'.repeat(5_000) }],
    ['an operation that there is none of', { ...REQUEST, operation: 'PATCH' }],
    ['an operation in other letters', { ...REQUEST, operation: 'create' }],
    ['no kind', { ...REQUEST, kind: undefined }],
    ['a kind that is a text', { ...REQUEST, kind: 'Pod' }],
    ['a name that is an object', { ...REQUEST, name: { $ne: '' } }],
    ['a user that is a text', { ...REQUEST, userInfo: 'ada' }],
    ['a dry run that is a text', { ...REQUEST, dryRun: 'false' }],
  ])('is refused with one line that says where it is wrong: %s', (_, request) => {
    const outcome = handle(review(request));

    expect(outcome).toEqual({ ok: false, problem: expect.stringMatching(/^is no AdmissionReview .*request/) });
  });

  it.each(['', '[]', 'null', '"x"', '{"apiVersion":"admission.k8s.io/v1"}', '\0', '{"request":{"uid":'])(
    'is refused also when it is something else altogether: %j',
    (body) => {
      expect(handle(body).ok).toBe(false);
    },
  );

  it('answers with text as JSON, whatever is in its fields', () => {
    for (const text of [
      `<script>alert(1)</script>`,
      `'; drop table policy; --`,
      'a\r\nb: c',
      '\0',
      '\ud800',
      '__proto__',
    ]) {
      const object = { ...REQUEST.object, metadata: { name: text, namespace: text, labels: { [text]: text } } };
      const outcome = handle(review({ ...REQUEST, uid: text, name: text, namespace: text, object }));
      const { response } = JSON.parse(outcome.ok ? outcome.body : '{}') as { response?: { uid: string } };

      expect(response).toMatchObject({ uid: text, allowed: true });
    }
  });

  it('never throws, and answers either with the uid that it was asked about or not at all', () => {
    const keys = Object.keys(REQUEST);
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.jsonValue(), fc.jsonValue(), (key, value, object) => {
        const request = { ...REQUEST, object, [key]: value };
        const outcome = handle(review(request));
        const answered = outcome.ok
          ? (JSON.parse(outcome.body) as { response: { uid: unknown } }).response.uid
          : undefined;
        expect(outcome.ok ? answered : request.uid).toEqual(request.uid);
      }),
      { numRuns: 500 },
    );
  });
});
