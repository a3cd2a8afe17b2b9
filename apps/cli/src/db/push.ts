import { createReadStream, type ReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportDatabase } from '@bulkhead/advisory-db';
import { printable } from '@bulkhead/core';
import { pushArtifact } from '@bulkhead/oci';
import { EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';
import { LiveLine } from '../output/live-line.ts';
import { type ArtifactOptions, referenceOf, registryOptions } from './artifact.ts';

export interface PushCommandOptions extends ArtifactOptions {
  readonly db: string;
  readonly format: 'table' | 'json';
}

/** `bulkhead db push`: stores a database in a registry, where `db update` and `db import` find it; prints its name. */
export async function push(place: string, options: PushCommandOptions, io: Io): Promise<number> {
  const registry = await registryOptions(options);
  const line = new LiveLine(io);
  // Not beside the database, whose folder need not be ours to write.
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-push-'));
  try {
    const file = join(folder, 'advisories.db.zst');
    line.show({ what: `packing ${options.db}` });
    const layer = await exportDatabase(options.db, file, io.signal);
    const reference = referenceOf(place);
    const read = (): ReadStream => {
      const stream = createReadStream(file);
      stream.on('data', () => {
        line.show({ what: `sending ${reference}`, done: stream.bytesRead, total: layer.size, unit: 'bytes' });
      });
      return stream;
    };
    const { name, digest } = await pushArtifact(reference, { ...layer, read }, registry, io.signal);
    line.clear();
    await writeAll(io.stdout, [
      options.format === 'json'
        ? `${JSON.stringify({ schemaVersion: 1, name, digest, layer }, undefined, 2)}\n`
        : `${printable(`${name}@${digest}`)}\n`,
    ]);
    return EXIT_OK;
  } finally {
    line.clear();
    await rm(folder, { recursive: true, force: true });
  }
}
