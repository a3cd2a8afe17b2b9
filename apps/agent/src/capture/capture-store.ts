import { mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';

export interface StoredCapture {
  readonly file: string;
  readonly bytes: number;
}

const NAME = /^session-\d{8}T\d{9}Z-[0-9a-z]+\.pcapng$/;

/** A folder of captures that never grows beyond its bound: the oldest go first. Nothing else in the folder is touched. */
export class CaptureStore {
  readonly #folder: string;
  readonly #maxBytes: number;
  #last: Promise<unknown> = Promise.resolve();

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

  /** Resolves when nothing is being written any more. */
  async settled(): Promise<void> {
    await this.#last;
  }

  async #store(sessionId: bigint, time: Date, pcapng: Uint8Array): Promise<StoredCapture> {
    const bytes = pcapng.byteLength;
    if (bytes > this.#maxBytes) throw new RangeError(`a capture of ${bytes} bytes exceeds the bound of all captures`);
    // Packets are what the policy is there to protect: nobody but the agent's user reads them.
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await this.#makeRoom(bytes);
    const name = `session-${time.toISOString().replace(/[-:.]/g, '')}-${sessionId.toString(36)}.pcapng`;
    const file = join(this.#folder, name);
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
    // Names begin with their time, so that their order is their age.
    const names = (await readdir(this.#folder)).filter((name) => NAME.test(name)).toSorted();
    const captures = await Promise.all(
      names.map(async (name) => ({
        file: join(this.#folder, name),
        size: (await stat(join(this.#folder, name))).size,
      })),
    );
    let total = captures.reduce((sum, { size }) => sum + size, 0);
    for (const { file, size } of captures) {
      if (total + bytes <= this.#maxBytes) return;
      await unlink(file);
      total -= size;
    }
  }
}
