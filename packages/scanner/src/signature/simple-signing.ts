import { isDigest } from '@bulkhead/core';
import { z } from 'zod';

/** What cosign signs, after "simple signing" of containers/image; what else it says is not needed. */
const Payload = z.object({
  critical: z.object({
    type: z.literal('cosign container image signature'),
    image: z.object({ 'docker-manifest-digest': z.string().refine(isDigest) }),
  }),
});

export type SignedDigest =
  | { readonly ok: true; readonly digest: string }
  | { readonly ok: false; readonly why: string };

/** The digest that a payload is about. Never throws. */
export function signedDigest(payload: Buffer): SignedDigest {
  try {
    const parsed = Payload.safeParse(JSON.parse(payload.toString('utf8')));
    if (parsed.success) return { ok: true, digest: parsed.data.critical.image['docker-manifest-digest'] };
  } catch {
    // No JSON: as below.
  }
  return { ok: false, why: 'what was signed is no signature of an image' };
}
