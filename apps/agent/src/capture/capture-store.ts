import { existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { FilePart } from '@bulkhead/rpc';
import { readPart } from '../read-part.ts';

export interface StoredCapture {
  readonly file: string;
  readonly bytes: number;
}

/** A capture that is being written. One of the two is called, once, when nothing writes to it any more. */
export interface OpenCapture {
  readonly file: string;
  readonly fd: number;
  keep(): Promise<StoredCapture>;
  discard(): Promise<void>;
}

const NAME = /^(?:session|command)-(\d{8}T\d{9}Z)-[0-9a-z]+\.pcapng$/;
const PART = /^(?:session|command)-\d{8}T\d{9}Z-[0-9a-z]+\.pcapng\.part$/;

/** A folder of captures that never grows beyond its bound: the oldest go first. Nothing else in the folder is touched. */
export class CaptureStore {
  readonly #folder: string;
  readonly #maxBytes: number;
  #last: Promise<unknown> = Promise.resolve();
  /** What captures that are being written may come to. */
  #reserved = 0;
  #isCleared = false;

  constructor(folder: string, maxBytes: number) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  /** Writes one capture, whole or not at all. Calls queue up. Rejects when it alone is larger than the bound. */
  store(sessionId: bigint, time: Date, pcapng: Uint8Array): Promise<StoredCapture> {
    const stored = this.#last.then(() => this.#store(sessionId, time, pcapng));
    this.#last = stored.catch(() => undefined);
    return stored;
  }

  /** Makes room for a capture of at most so many bytes, and opens it. Rejects when there is not that much room. */
  open(id: string, time: Date, maxBytes: number): Promise<OpenCapture> {
    const opened = this.#last.then(() => this.#open(id, time, maxBytes));
    this.#last = opened.catch(() => undefined);
    return opened;
  }

  /** What stands in a capture from an offset on, by the name of its file; nothing where there is none of that name. */
  async read(name: string, offset: number, maxBytes: number): Promise<FilePart | undefined> {
    return NAME.test(name) ? readPart(join(this.#folder, name), offset, maxBytes) : undefined;
  }

  /** Removes captures that were begun before a moment. */
  forget(before: Date): Promise<void> {
    const forgotten = this.#last.then(() => this.#forget(timeWord(before)));
    this.#last = forgotten.catch(() => undefined);
    return forgotten;
  }

  /** Resolves when nothing that was given to `store` is being written any more. */
  async settled(): Promise<void> {
    await this.#last;
  }

  async #open(id: string, time: Date, maxBytes: number): Promise<OpenCapture> {
    const bound = this.#maxBytes - this.#reserved;
    if (maxBytes > bound)
      throw new RangeError(`a capture of ${maxBytes} bytes exceeds the ${bound} that captures may have`);
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await this.#makeRoom(maxBytes);
    const file = join(this.#folder, `command-${timeWord(time)}-${id}.pcapng`);
    const handle = await open(`${file}.part`, 'wx', 0o600);
    this.#reserved += maxBytes;
    const close = async (): Promise<void> => {
      this.#reserved -= maxBytes;
      await handle.close();
    };
    return {
      file,
      fd: handle.fd,
      keep: async () => {
        const bytes = await sizeOf(handle);
        await close();
        await rename(`${file}.part`, file);
        return { file, bytes };
      },
      discard: async () => {
        await close();
        await unlink(`${file}.part`);
      },
    };
  }

  async #store(sessionId: bigint, time: Date, pcapng: Uint8Array): Promise<StoredCapture> {
    const bytes = pcapng.byteLength;
    if (bytes > this.#maxBytes - this.#reserved)
      throw new RangeError(`a capture of ${bytes} bytes exceeds the bound of all captures`);
    // Packets are what the policy is there to protect: nobody but the agent's user reads them.
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await this.#makeRoom(bytes);
    const file = join(this.#folder, `session-${timeWord(time)}-${sessionId.toString(36)}.pcapng`);
    const handle = await open(`${file}.part`, 'w', 0o600);
    try {
      await handle.writeFile(pcapng);
    } finally {
      await handle.close();
    }
    await rename(`${file}.part`, file);
    return { file, bytes };
  }

  async #makeRoom(bytes: number): Promise<void> {
    await this.#clear();
    // Names have their time, whose order is their age.
    const names = (await readdir(this.#folder)).filter((name) => NAME.test(name)).toSorted(byTime);
    const captures = await Promise.all(
      names.map(async (name) => ({
        file: join(this.#folder, name),
        size: (await stat(join(this.#folder, name))).size,
      })),
    );
    let total = captures.reduce((sum, { size }) => sum + size, 0);
    for (const { file, size } of captures) {
      if (total + bytes <= this.#maxBytes - this.#reserved) return;
      await unlink(file);
      total -= size;
    }
  }

  async #forget(before: string): Promise<void> {
    if (!existsSync(this.#folder)) return;
    for (const name of await readdir(this.#folder)) {
      if (timeOf(name) < before) await unlink(join(this.#folder, name));
    }
  }

  /** Removes what was being written when an earlier agent was killed. */
  async #clear(): Promise<void> {
    if (this.#isCleared) return;
    this.#isCleared = true;
    for (const name of await readdir(this.#folder)) if (PART.test(name)) await unlink(join(this.#folder, name));
  }
}

function timeWord(time: Date): string {
  return time.toISOString().replace(/[-:.]/g, '');
}

function byTime(a: string, b: string): number {
  return timeOf(a) < timeOf(b) ? -1 : 1;
}

/** When a capture was begun, as a word that sorts; what is none is never old. */
function timeOf(name: string): string {
  return NAME.exec(name)?.[1] ?? '~';
}

async function sizeOf(handle: FileHandle): Promise<number> {
  return (await handle.stat()).size;
}
