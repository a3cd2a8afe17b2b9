import { z } from 'zod';

/** Sigstore's bundle with a DSSE envelope; its certificates and log entries matter only without a key of one's own. */
const Bundle = z.object({
  mediaType: z.string().startsWith('application/vnd.dev.sigstore.bundle'),
  dsseEnvelope: z.object({
    payload: z.base64(),
    payloadType: z.literal('application/vnd.in-toto+json'),
    // Sigstore allows one.
    signatures: z.array(z.object({ sig: z.base64() })).length(1),
  }),
});

/** A bundle of whatever bytes. */
const OfBytes = z.object({ messageSignature: z.object({}) });
const NO_ENVELOPE = 'its bundle has no envelope with one signature';

/** in-toto's statement; cosign signs an image by one with this predicate. Others say something about it, such as how it was built. */
const Statement = z.object({
  subject: z
    .array(z.object({ digest: z.record(z.string(), z.string()) }))
    .min(1)
    .max(64),
  predicateType: z.literal('https://sigstore.dev/cosign/sign/v1'),
});

export type BundleOutcome =
  | { readonly ok: true; readonly payload: string; readonly payloadType: string; readonly signature: string }
  | { readonly ok: false; readonly why: string };

/** Reads a bundle from outside. Never throws. */
export function readBundle(content: Buffer): BundleOutcome {
  const document = jsonOf(content);
  const parsed = Bundle.safeParse(document);
  const signature = parsed.data?.dsseEnvelope.signatures[0]?.sig;
  if (!parsed.success || signature === undefined) {
    // It names no image: that its bytes are a manifest's is nothing that who signed has said. Nor does cosign take them.
    const isOfBytes = OfBytes.safeParse(document).success;
    return { ok: false, why: isOfBytes ? 'it is of a file, as cosign sign-blob makes them' : NO_ENVELOPE };
  }
  const { payload, payloadType } = parsed.data.dsseEnvelope;
  return { ok: true, payload, payloadType, signature };
}

/** What a DSSE signature is over: "pre-authentication encoding". */
export function paeOf(payloadType: string, payload: Buffer): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

/** Digests of what a statement signs. Never throws. */
export function bundleSubjects(
  payload: Buffer,
): { readonly ok: true; readonly digests: readonly string[] } | { readonly ok: false; readonly why: string } {
  const parsed = Statement.safeParse(jsonOf(payload));
  if (!parsed.success) return { ok: false, why: 'what was signed is no signature of an image' };
  const digests = parsed.data.subject.flatMap(({ digest }) =>
    Object.entries(digest).map(([algorithm, hex]) => `${algorithm}:${hex}`),
  );
  return { ok: true, digests };
}

function jsonOf(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString('utf8'));
  } catch {
    return undefined;
  }
}
