import { z } from 'zod';
import { MAX_SIGNATURE_BYTES } from '../material.ts';

/** A certificate of Sigstore takes below two kilobytes. */
const MAX_CERTIFICATE = 16 * 1024;
const MAX_ENTRIES = 4;
const MAX_TIMESTAMPS = 4;
/** A log of 2^64 entries. */
const MAX_HASHES = 64;
const MAX_SMALL = 4 * 1024;
/** With signatures of dozens of witnesses. */
const MAX_CHECKPOINT = 16 * 1024;

const small = z.base64().max(MAX_SMALL);
const certificate = z.object({ rawBytes: z.base64().max(MAX_CERTIFICATE) });
/** As protobuf writes whole numbers of 64 bits. */
const whole = z.union([z.string().regex(/^\d{1,19}$/), z.int().min(0).transform(String)]);

const entry = z.object({
  logIndex: whole.optional(),
  logId: z.object({ keyId: small }),
  kindVersion: z.object({ kind: z.string().max(40), version: z.string().max(20) }),
  integratedTime: whole.optional(),
  inclusionPromise: z
    .object({ signedEntryTimestamp: small })
    .nullish()
    .transform((value) => value ?? undefined),
  inclusionProof: z
    .object({
      logIndex: whole.optional(),
      rootHash: small,
      treeSize: whole,
      hashes: z.array(small).max(MAX_HASHES).default([]),
      checkpoint: z.object({ envelope: z.string().max(MAX_CHECKPOINT) }),
    })
    .nullish()
    .transform((value) => value ?? undefined),
  canonicalizedBody: z.base64().max(MAX_SIGNATURE_BYTES),
});

/** What speaks for a signature: its certificate, its entries in logs, and times. What else a bundle has is passed over. */
export const Evidence = z.object({
  certificate,
  tlogEntries: z.array(entry).min(1).max(MAX_ENTRIES),
  timestampVerificationData: z
    .object({
      rfc3161Timestamps: z
        .array(z.object({ signedTimestamp: z.base64().max(MAX_CERTIFICATE) }))
        .max(MAX_TIMESTAMPS)
        .default([]),
    })
    .nullish()
    .transform((value) => value ?? undefined),
});
export type Evidence = z.output<typeof Evidence>;

/** Older bundles have a chain, of which the first is the signer's; the others come from who is trusted. */
const Chain = z.object({ x509CertificateChain: z.object({ certificates: z.array(certificate).min(1) }) });
const Bundle = z.object({ verificationMaterial: z.record(z.string(), z.unknown()) });

/** The evidence of a bundle; nothing where it has none of this kind. Never throws. */
export function evidenceOfBundle(content: Buffer): Evidence | undefined {
  const material = Bundle.safeParse(jsonOf(content.toString('utf8'))).data?.verificationMaterial;
  const [first] = Chain.safeParse(material).data?.x509CertificateChain.certificates ?? [];
  return Evidence.safeParse(first === undefined ? material : { ...material, certificate: first }).data;
}

/** What cosign keeps of a log's entry in an annotation: Rekor's answer. */
const RekorBundle = z.object({
  SignedEntryTimestamp: small,
  Payload: z.object({
    body: z.base64().max(MAX_SIGNATURE_BYTES),
    integratedTime: whole,
    logIndex: whole,
    logID: z.hex().max(MAX_SMALL),
  }),
});
const Kind = z.object({ kind: z.string(), apiVersion: z.string() });

/** The evidence in the annotations of a simple signature; nothing where it has none. Never throws. */
export function evidenceOfAnnotations(pem: string, bundle: string): Evidence | undefined {
  const parsed = RekorBundle.safeParse(jsonOf(bundle));
  const block = /-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/.exec(pem)?.[1];
  if (!parsed.success || block === undefined) return undefined;
  const { SignedEntryTimestamp, Payload } = parsed.data;
  const kind = Kind.safeParse(jsonOf(Buffer.from(Payload.body, 'base64').toString('utf8'))).data;
  const kindVersion = { kind: kind?.kind, version: kind?.apiVersion };
  return Evidence.safeParse({
    certificate: { rawBytes: block.replaceAll(/\s/g, '') },
    tlogEntries: [
      {
        logIndex: Payload.logIndex,
        logId: { keyId: Buffer.from(Payload.logID, 'hex').toString('base64') },
        kindVersion,
        integratedTime: Payload.integratedTime,
        inclusionPromise: { signedEntryTimestamp: SignedEntryTimestamp },
        canonicalizedBody: Payload.body,
      },
    ],
  }).data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
