import { createReadStream } from 'node:fs';
import { access, readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AdvisoryDbError } from '../error.ts';
import { type Bucket, ecosystemNames, type LocalFile } from './bucket.ts';
import { MAX_RECORD_BYTES } from './osv-schema.ts';

/** Where other scanners keep the same layout below the folder a user would name. */
const NESTED = 'osv-scalibr';

/** A folder with the bucket's layout: a mirror on a disk, a mounted volume, or another scanner's offline database. */
export class FolderBucket implements Bucket {
  readonly location: string;

  constructor(path: string) {
    this.location = resolve(path);
  }

  async ecosystems(): Promise<readonly string[]> {
    const found = await this.#ecosystemsIn(this.location);
    const names = found.length > 0 ? found : await this.#ecosystemsIn(join(this.location, NESTED)).catch(() => []);
    if (names.length > 0) return names;
    throw new AdvisoryDbError('FEED_INVALID', {
      what: `${JSON.stringify(this.location)} is no OSV bucket`,
      why: 'no folder in it has an all.zip',
      fix: 'name a folder with <ecosystem>/all.zip in it',
    });
  }

  async archive(ecosystem: string): Promise<LocalFile | undefined> {
    const path = await this.#find(ecosystem, 'all.zip');
    return path === undefined ? undefined : { path, dispose: async () => {} };
  }

  async modified(ecosystem: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const path = await this.#find(ecosystem, 'modified_id.csv');
    return path === undefined ? undefined : createReadStream(path);
  }

  async record(ecosystem: string, id: string): Promise<Uint8Array | undefined> {
    const path = await this.#find(ecosystem, `${id}.json`);
    if (path === undefined) return undefined;
    // One byte more than allowed is enough for whoever reads it to refuse it.
    return (await stat(path)).size > MAX_RECORD_BYTES ? Buffer.alloc(MAX_RECORD_BYTES + 1) : await readFile(path);
  }

  async #ecosystemsIn(folder: string): Promise<readonly string[]> {
    const names = ecosystemNames(await this.#list(folder));
    const archives = await Promise.all(names.map((name) => exists(join(folder, name, 'all.zip'))));
    return names.filter((_, index) => archives[index] === true);
  }

  async #list(folder: string): Promise<readonly string[]> {
    return readdir(folder).catch((cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'ENOENT' ? 'there is no such folder' : cause.message;
      throw new AdvisoryDbError(
        'FEED_UNREACHABLE',
        { what: `cannot read ${JSON.stringify(folder)}`, why, fix: 'check the path' },
        { cause },
      );
    });
  }

  async #find(ecosystem: string, file: string): Promise<string | undefined> {
    for (const path of [join(this.location, ecosystem, file), join(this.location, NESTED, ecosystem, file)]) {
      if (await exists(path)) return path;
    }
    // A volume that is not mounted is not a feed that has lost its ecosystems.
    await this.#list(this.location);
    return undefined;
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
