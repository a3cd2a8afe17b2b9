import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import { readAge } from '../database-summary.ts';
import { openDatabase } from '../store/open.ts';
import { removeDatabase, replaceFile } from '../store/replace-file.ts';
import { databaseError } from '../store/sqlite-error.ts';
import { ARTIFACT_TYPE, type DatabaseArtifact, LAYER_MEDIA_TYPE } from './artifact.ts';

/** Writes a database, without the space that updates left in it, as one compressed file. */
export async function exportDatabase(file: string, output: string, signal: AbortSignal): Promise<DatabaseArtifact> {
  const snapshot = `${output}.${process.pid}.snapshot`;
  const packed = `${output}.${process.pid}.part`;
  try {
    const database = openDatabase(file, 'read');
    let age: ReturnType<typeof readAge>;
    try {
      age = readAge(database, file);
      await removeDatabase(snapshot);
      // One consistent state, whatever updates are doing.
      database.prepare('VACUUM INTO ?').run(snapshot);
    } finally {
      database.close();
    }
    const compress = createZstdCompress({
      params: { [constants.ZSTD_c_checksumFlag]: 1, [constants.ZSTD_c_compressionLevel]: 9 },
    });
    const hash = createHash('sha256');
    await pipeline(
      createReadStream(snapshot),
      compress,
      async function* (pieces: AsyncIterable<Uint8Array>) {
        for await (const piece of pieces) {
          hash.update(piece);
          yield piece;
        }
      },
      createWriteStream(packed),
      { signal },
    );
    const { size } = await stat(packed);
    await replaceFile(packed, output);
    return {
      artifactType: ARTIFACT_TYPE,
      mediaType: LAYER_MEDIA_TYPE,
      digest: `sha256:${hash.digest('hex')}`,
      size,
      annotations: {
        'org.opencontainers.image.created': age.updatedAt,
        'io.bulkhead.advisory-db.schema': String(age.schema),
      },
    };
  } catch (cause) {
    signal.throwIfAborted();
    throw databaseError(`cannot export the advisory database ${JSON.stringify(file)}`, cause);
  } finally {
    await removeDatabase(snapshot);
    await removeDatabase(packed);
  }
}
