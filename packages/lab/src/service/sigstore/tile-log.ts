import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { canonical } from './canonical.ts';

const [LEAF, NODE, ED25519] = [0, 1, 1] as const;
/** X.690: what stands before the key in an SPKI of Ed25519. */
const SPKI_HEAD = 12;

/** A log like Rekor's second: entries have proofs, and no time nor a promise. */
export interface TileLog {
  readonly origin: string;
  /** SPKI, DER. */
  readonly key: Buffer;
  readonly id: Buffer;
  /** Appends an entry; gives it as bundles have it. */
  append(kind: string, spec: object): object;
}

export function tileLog(origin: string): TileLog {
  const pair = generateKeyPairSync('ed25519');
  const key = pair.publicKey.export({ type: 'spki', format: 'der' });
  // The note's key: c2sp.org/signed-note.
  const id = createHash('sha256')
    .update(`${origin}\n`)
    .update(Buffer.of(ED25519))
    .update(key.subarray(SPKI_HEAD))
    .digest();
  const leaves: Buffer[] = [];
  return {
    origin,
    key,
    id,
    append(kind, spec) {
      const body = Buffer.from(canonical({ apiVersion: '0.0.2', kind, spec }));
      const index = leaves.length;
      leaves.push(hash(LEAF, body));
      const rootHash = rootOf(leaves).toString('base64');
      const note = `${origin}\n${leaves.length}\n${rootHash}\n`;
      const signature = Buffer.concat([id.subarray(0, 4), sign(null, Buffer.from(note), pair.privateKey)]);
      return {
        logIndex: String(index),
        logId: { keyId: id.toString('base64') },
        kindVersion: { kind, version: '0.0.2' },
        inclusionProof: {
          logIndex: String(index),
          rootHash,
          treeSize: String(leaves.length),
          hashes: pathOf(leaves, index).map((one) => one.toString('base64')),
          checkpoint: { envelope: `${note}\n\u2014 ${origin} ${signature.toString('base64')}\n` },
        },
        canonicalizedBody: body.toString('base64'),
      };
    },
  };
}

function hash(kind: number, ...parts: readonly Buffer[]): Buffer {
  return createHash('sha256')
    .update(Buffer.concat([Buffer.of(kind), ...parts]))
    .digest();
}

/** RFC 6962, section 2.1. */
function rootOf(leaves: readonly Buffer[]): Buffer {
  const [first = Buffer.alloc(0)] = leaves;
  if (leaves.length <= 1) return first;
  const half = halfOf(leaves.length);
  return hash(NODE, rootOf(leaves.slice(0, half)), rootOf(leaves.slice(half)));
}

/** RFC 6962, section 2.1.1. */
function pathOf(leaves: readonly Buffer[], index: number): readonly Buffer[] {
  if (leaves.length <= 1) return [];
  const half = halfOf(leaves.length);
  return index < half
    ? [...pathOf(leaves.slice(0, half), index), rootOf(leaves.slice(half))]
    : [...pathOf(leaves.slice(half), index - half), rootOf(leaves.slice(0, half))];
}

/** The largest power of two below a number. */
function halfOf(count: number): number {
  let half = 1;
  while (half * 2 < count) half *= 2;
  return half;
}
