/** A signature as it lies beside an image in its registry; nothing of it has been looked at. */
export type SignatureMaterial =
  /** cosign's: what was signed, and the signature over it in base64. */
  | {
      readonly form: 'simple';
      readonly payload: Buffer;
      readonly signature: string;
      /** Where it was made without a key of one's own: the certificate (PEM), and the log's answer (JSON). */
      readonly certificate?: string;
      readonly logEntry?: string;
    }
  /** Sigstore's bundle, a JSON document. */
  | { readonly form: 'bundle'; readonly content: Buffer };

/** A signature of an image is below a kilobyte, a bundle some: what is larger is none. */
export const MAX_SIGNATURE_BYTES = 256 * 1024;
/** Signatures of one image that are looked at. */
export const MAX_SIGNATURES = 64;
