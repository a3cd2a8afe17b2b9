import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { z } from 'zod';

/** What a sign-in that was begun must be finished with. */
export interface Transaction {
  readonly state: string;
  readonly nonce: string;
  /** Of PKCE (RFC 7636). */
  readonly verifier: string;
  readonly returnTo: string | undefined;
  readonly expiresAt: number;
}

const TransactionSchema = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  returnTo: z.string().optional(),
  expiresAt: z.number(),
});

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** A sealed one has some hundred bytes, and a `returnTo`. */
const MAX_SEALED = 4_096;

/**
 * Seals transactions for the cookie in which a browser keeps its own. The key follows from the client's secret, so that the
 * callback may come to another process of the api than the one that began.
 */
export class TransactionSeal {
  readonly #key: Buffer;

  constructor(clientSecret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', clientSecret, '', 'bulkhead OpenID sign-in', KEY_BYTES));
  }

  seal(transaction: Transaction): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, iv, { authTagLength: TAG_BYTES });
    const sealed = Buffer.concat([cipher.update(JSON.stringify(transaction)), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  /** Nothing for what this key has not sealed, and for what has expired. */
  open(text: string, now: number): Transaction | undefined {
    if (text.length > MAX_SEALED) return undefined;
    const bytes = Buffer.from(text, 'base64url');
    if (bytes.length < IV_BYTES + TAG_BYTES) return undefined;
    const decipher = createDecipheriv(CIPHER, this.#key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    try {
      const plain = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
      const { returnTo, ...transaction } = TransactionSchema.parse(JSON.parse(plain.toString()));
      return transaction.expiresAt > now ? { ...transaction, returnTo } : undefined;
    } catch {
      return undefined;
    }
  }
}
