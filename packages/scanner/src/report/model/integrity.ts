/** A digest in the hexadecimal form that SBOMs take. */
export interface Hash {
  readonly algorithm: 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512';
  readonly hex: string;
}

const BYTES = { 'SHA-1': 20, 'SHA-256': 32, 'SHA-384': 48, 'SHA-512': 64 } as const;

/** Reads an SRI digest (`sha512-` and base64, or hexadecimal as some lock files have it); undefined for what is none. */
export function hashOf(integrity: string | undefined): Hash | undefined {
  const match = /^sha(1|256|384|512)-([A-Za-z0-9+/=]+)$/.exec(integrity ?? '');
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  const algorithm = `SHA-${match[1]}` as Hash['algorithm'];
  const hex = /^[0-9a-f]+$/i.test(match[2]) && match[2].length === 2 * BYTES[algorithm];
  const bytes = Buffer.from(match[2], hex ? 'hex' : 'base64');
  return bytes.length === BYTES[algorithm] ? { algorithm, hex: bytes.toString('hex') } : undefined;
}
