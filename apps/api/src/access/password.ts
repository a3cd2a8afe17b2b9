import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const hashOf = promisify(argon2);

/**
 * Costs of argon2id as OWASP's Password Storage Cheat Sheet has them: 46 MiB, one pass, one lane. Of its equal choices the
 * one with most memory: from 32 MiB on glibc gives memory back at once, below that each thread of the pool keeps it.
 */
const COST = { memory: 47_104, passes: 1, parallelism: 1 } as const;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Each takes its memory while it runs: what comes at once waits, and the process stays small. */
const AT_ONCE = 1;
/** Larger costs are nobody's setting, but a way to have the process killed. */
const MAX_MEMORY = 1_048_576;
const MAX_PASSES = 16;
const MAX_PARALLELISM = 16;

export const MIN_PASSWORD = 12;
/** Far longer than what people type or programs generate. */
export const MAX_PASSWORD = 256;

const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,64})\$([A-Za-z0-9+/]{22,86})$/;

/** The hash of a password, argon2id (RFC 9106) with a salt of its own, in PHC form. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, COST, HASH_BYTES);
  const { memory, passes, parallelism } = COST;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(hash)}`;
}

/** What nobody has the password of: asked in place of a missing hash, so that an answer takes the same time. */
const NOBODY = `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${unpadded(Buffer.alloc(SALT_BYTES))}$${unpadded(Buffer.alloc(HASH_BYTES))}`;

/** Whether a password is the one of a hash. Without a hash it is not, after the same work. Compares in constant time. */
export async function verifyPassword(password: string, phc: string | undefined): Promise<boolean> {
  const parts = PHC.exec(phc ?? NOBODY);
  if (parts === null) return false;
  const [memory, passes, parallelism] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  if (memory > MAX_MEMORY || passes > MAX_PASSES || parallelism > MAX_PARALLELISM) return false;
  const expected = Buffer.from(parts[5] ?? '', 'base64');
  const salt = Buffer.from(parts[4] ?? '', 'base64');
  const hash = await derive(password, salt, { memory, passes, parallelism }, expected.length);
  return timingSafeEqual(hash, expected) && phc !== undefined;
}

interface Cost {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

let running = 0;
const waiting: (() => void)[] = [];

async function derive(password: string, nonce: Buffer, cost: Cost, tagLength: number): Promise<Buffer> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  running += 1;
  try {
    // One form of a character, whatever the keyboard made of it (RFC 8265).
    const message = Buffer.from(password.normalize('NFC'));
    return await hashOf('argon2id', { message, nonce, tagLength, ...cost });
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
