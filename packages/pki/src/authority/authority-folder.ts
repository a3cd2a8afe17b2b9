import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, systemClock } from '@bulkhead/core';
import { readCertificate, splitPem } from '../certificate/certificate.ts';
import { PkiError } from '../error.ts';
import { renewalTime, standing } from '../validity.ts';
import { AUTHORITY_DAYS, Authority, type AuthorityPem, createAuthority } from './authority.ts';

export interface AuthorityFolderOptions {
  /** Made where it does not exist. One process at a time may use it. */
  readonly folder: string;
  /** The common name of authorities made here. */
  readonly commonName: string;
  readonly clock?: Clock;
  readonly days?: number;
  /** How long peers have to learn the next authority before it signs. */
  readonly overlapDays?: number;
}

/** Agents that are away for longer than this while the authority changes have to be enrolled again. */
const OVERLAP_DAYS = 90;
const DAY_MS = 86_400_000;

const FILES = { current: 'ca', next: 'next-ca', previous: 'previous-ca.crt' } as const;

/**
 * An authority kept in a folder: `ca.crt`, `ca.key` (0600). When two thirds of its life are over, a successor is made
 * (`next-ca.*`) and becomes trusted; after the overlap the successor signs, and the old one stays trusted until it
 * expires (`previous-ca.crt`). So at no moment does a peer meet a signature whose authority it has not had time to learn.
 */
export class AuthorityFolder {
  readonly #options: Required<AuthorityFolderOptions>;
  #authority: Authority;

  private constructor(options: Required<AuthorityFolderOptions>, authority: Authority) {
    this.#options = options;
    this.#authority = authority;
  }

  /** Opens the folder, and makes an authority where it holds none. Throws `KEY_EXPOSED` where others may read its key. */
  static async open(options: AuthorityFolderOptions): Promise<AuthorityFolder> {
    const complete = { clock: systemClock, days: AUTHORITY_DAYS, overlapDays: OVERLAP_DAYS, ...options };
    await usable(complete.folder, () => mkdir(complete.folder, { recursive: true, mode: 0o700 }));
    return new AuthorityFolder(complete, await read(complete));
  }

  /** The one that signs now. Ask again each time: `refresh` may replace it. */
  get authority(): Authority {
    return this.#authority;
  }

  /** Does what is due: makes a successor, or has it take over. True when what is trusted or who signs has changed. */
  async refresh(): Promise<boolean> {
    const before = this.#authority.trustPem;
    this.#authority = await read(this.#options);
    return before !== this.#authority.trustPem;
  }
}

async function read(options: Required<AuthorityFolderOptions>): Promise<Authority> {
  const { folder, clock, commonName, days, overlapDays } = options;
  const make = (): Promise<AuthorityPem> => createAuthority(commonName, { clock, days });
  let current = await readPair(folder, FILES.current);
  if (current === undefined) {
    current = await make();
    await writePair(folder, FILES.current, current);
  }
  let next = await readSuccessor(folder);
  if (next !== undefined && (current.keyPem === next.keyPem || current.certificatePem === next.certificatePem)) {
    // It was taking over when the process or the machine died: what is left of that is done now.
    await writePair(folder, FILES.current, next);
    await removePair(folder, FILES.next);
    current = next;
    next = undefined;
  }
  let previous = (await readOptional(join(folder, FILES.previous))) ?? '';
  const now = clock.now();
  const validity = readCertificate(current.certificatePem);

  if (next === undefined && now >= renewalTime(validity)) {
    next = await make();
    await writePair(folder, FILES.next, next);
  }
  if (next !== undefined) {
    const since = readCertificate(next.certificatePem).notBefore;
    if (now >= since + overlapDays * DAY_MS || standing(validity, now) === 'expired') {
      previous = `${stillValid(previous, now)}${current.certificatePem}`;
      await writeSafely(join(folder, FILES.previous), previous, 0o644);
      await writePair(folder, FILES.current, next);
      await removePair(folder, FILES.next);
      current = next;
      next = undefined;
    }
  }
  const alsoTrusted = `${next?.certificatePem ?? ''}${stillValid(previous, now)}`;
  return new Authority(current, { clock, ...(alsoTrusted !== '' && { alsoTrustedPem: alsoTrusted }) });
}

/** The certificates of a PEM text that have not expired. */
function stillValid(pem: string, now: number): string {
  if (pem === '') return '';
  return splitPem(pem)
    .filter((each) => standing(readCertificate(each), now) !== 'expired')
    .join('');
}

/** Half a successor never signed anything: it is made again. */
async function readSuccessor(folder: string): Promise<AuthorityPem | undefined> {
  const parts = await Promise.all(['key', 'crt'].map((end) => readOptional(join(folder, `${FILES.next}.${end}`))));
  if (!parts.includes(undefined)) return readPair(folder, FILES.next);
  await removePair(folder, FILES.next);
  return undefined;
}

async function readPair(folder: string, name: string): Promise<AuthorityPem | undefined> {
  const key = join(folder, `${name}.key`);
  const [keyPem, certificatePem] = await Promise.all([readOptional(key), readOptional(join(folder, `${name}.crt`))]);
  if (keyPem === undefined && certificatePem === undefined) return undefined;
  if (keyPem === undefined || certificatePem === undefined) {
    const why = `"${join(folder, name)}.${keyPem === undefined ? 'key' : 'crt'}" is missing`;
    throw unusable(folder, why, 'bring it back, or remove both files to begin with a new authority');
  }
  const { mode } = await stat(key);
  if ((mode & 0o077) !== 0) {
    const parts = { what: `will not use "${key}"`, why: 'others on this machine may read it', fix: `chmod 600 ${key}` };
    throw new PkiError('KEY_EXPOSED', parts);
  }
  return { keyPem, certificatePem };
}

async function writePair(folder: string, name: string, { certificatePem, keyPem }: AuthorityPem): Promise<void> {
  await usable(folder, async () => {
    await writeSafely(join(folder, `${name}.crt`), certificatePem, 0o644);
    await writeSafely(join(folder, `${name}.key`), keyPem, 0o600);
  });
}

async function removePair(folder: string, name: string): Promise<void> {
  await rm(join(folder, `${name}.key`), { force: true });
  await rm(join(folder, `${name}.crt`), { force: true });
}

/** Whole or not at all, on the disk before it counts. */
export async function writeSafely(file: string, text: string, mode: number): Promise<void> {
  const draft = `${file}.${process.pid}.new`;
  const handle = await open(draft, 'w', mode);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await chmod(draft, mode);
  await rename(draft, file);
}

async function readOptional(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw unusable(file, cause.message, 'correct its permissions', cause);
  });
}

async function usable<Value>(folder: string, work: () => Promise<Value>): Promise<Value> {
  return work().catch((cause: unknown) => {
    throw unusable(folder, cause instanceof Error ? cause.message : String(cause), 'give a folder to write to', cause);
  });
}

function unusable(folder: string, why: string, fix: string, cause?: unknown): PkiError {
  const parts = { what: `cannot keep an authority in "${folder}"`, why, fix };
  return new PkiError('FOLDER_UNUSABLE', parts, cause === undefined ? {} : { cause });
}
