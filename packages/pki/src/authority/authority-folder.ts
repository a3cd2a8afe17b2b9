import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, systemClock } from '@bulkhead/core';
import { PkiError } from '../error.ts';
import type { Authority, AuthorityPem } from './authority.ts';
import { authorityOf, type KeptAuthority, nextAuthority, type RenewalOptions } from './renew.ts';

export interface AuthorityFolderOptions extends Omit<RenewalOptions, 'clock'> {
  /** Made where it does not exist. One process at a time may use it. */
  readonly folder: string;
  readonly clock?: Clock;
}

const FILES = { current: 'ca', next: 'next-ca', previous: 'previous-ca.crt' } as const;

type Opened = RenewalOptions & Pick<AuthorityFolderOptions, 'folder'>;

/**
 * An authority kept in a folder: `ca.crt`, `ca.key` (0600), its successor while there is one (`next-ca.*`), and those before
 * it that may still be met (`previous-ca.crt`). `nextAuthority` says when each of them is due.
 */
export class AuthorityFolder {
  readonly #options: Opened;
  #authority: Authority;

  private constructor(options: Opened, authority: Authority) {
    this.#options = options;
    this.#authority = authority;
  }

  /** Opens the folder, and makes an authority where it holds none. Throws `KEY_EXPOSED` where others may read its key. */
  static async open(options: AuthorityFolderOptions): Promise<AuthorityFolder> {
    const complete = { clock: systemClock, ...options };
    await usable(complete.folder, () => mkdir(complete.folder, { recursive: true, mode: 0o700 }));
    return new AuthorityFolder(complete, await read(complete));
  }

  /** What a folder keeps of an authority, which is not made where there is none: what `SharedAuthority` begins with. */
  static read(folder: string): Promise<KeptAuthority | undefined> {
    return readKept(folder);
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

async function read(options: Opened): Promise<Authority> {
  const { folder, clock } = options;
  let kept = await readKept(folder);
  for (let due = await nextAuthority(kept, options); due !== undefined; due = await nextAuthority(kept, options)) {
    await writeKept(folder, kept, due);
    kept = due;
  }
  if (kept === undefined) throw unusable(folder, 'nothing was made there', 'give a folder to write to');
  return authorityOf(kept, clock);
}

/** What a folder keeps of an authority; nothing where it has none. Ends what was cut short. */
async function readKept(folder: string): Promise<KeptAuthority | undefined> {
  const current = await readPair(folder, FILES.current);
  if (current === undefined) return undefined;
  const next = await readSuccessor(folder);
  const previous = (await readOptional(join(folder, FILES.previous))) ?? '';
  if (next === undefined || (current.keyPem !== next.keyPem && current.certificatePem !== next.certificatePem)) {
    return { current, next, previous };
  }
  // It was taking over when the process or the machine died: what is left of that is done now.
  await writePair(folder, FILES.current, next);
  await removePair(folder, FILES.next);
  return { current: next, previous };
}

async function writeKept(folder: string, before: KeptAuthority | undefined, after: KeptAuthority): Promise<void> {
  if (before !== undefined && after.previous !== before.previous) {
    await writeSafely(join(folder, FILES.previous), after.previous, 0o644);
  }
  if (before === undefined || after.current !== before.current) await writePair(folder, FILES.current, after.current);
  if (after.next === undefined) await removePair(folder, FILES.next);
  else await writePair(folder, FILES.next, after.next);
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
