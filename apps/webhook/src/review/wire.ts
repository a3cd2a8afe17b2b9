import { z } from 'zod';

/** The version of reviews that is spoken; v1 since Kubernetes 1.16. */
export const REVIEW_VERSION = 'admission.k8s.io/v1';

/** Far longer than any name of Kubernetes; a uid is a UUID. */
const MAX_TEXT = 1024;
const text = z.string().max(MAX_TEXT);
/** Directories put people into hundreds of groups. */
const MAX_GROUPS = 10_000;

/** A request as the API server sends it; what is not needed is not looked at. */
const AdmissionRequest = z.object({
  uid: text.min(1),
  kind: z.object({ group: text, version: text, kind: text.min(1) }),
  subResource: text.default(''),
  name: text.default(''),
  namespace: text.default(''),
  operation: z.enum(['CREATE', 'UPDATE', 'DELETE', 'CONNECT']),
  userInfo: z
    .object({
      username: text.default(''),
      uid: text.default(''),
      groups: z
        .array(text)
        .max(MAX_GROUPS)
        .nullish()
        .transform((value) => value ?? []),
    })
    .prefault({}),
  object: z.unknown().optional(),
  oldObject: z.unknown().optional(),
  dryRun: z
    .boolean()
    .nullish()
    .transform((value) => value === true),
});
export type AdmissionRequest = z.output<typeof AdmissionRequest>;

/** A whole review from outside. */
export const AdmissionReview = z.object({
  apiVersion: z.literal(REVIEW_VERSION),
  kind: z.literal('AdmissionReview'),
  request: AdmissionRequest,
});

/** What is answered. */
export interface AdmissionResponse {
  readonly uid: string;
  readonly allowed: boolean;
  readonly status?: { readonly code: number; readonly reason: string; readonly message: string };
  readonly warnings?: readonly string[];
  readonly auditAnnotations?: Readonly<Record<string, string>>;
}
