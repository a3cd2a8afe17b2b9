import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { compressionOf, createDecompressor } from '../layer/decompress.ts';

/** The digest of a layer's uncompressed bytes, for archives whose own statement about it is not to be trusted. */
export async function layerDigest(blob: AsyncIterable<Buffer>, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const update = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of chunks) hash.update(chunk);
  };
  const chunks = blob[Symbol.asyncIterator]();
  const first = await chunks.next();
  const head = first.done === true ? Buffer.alloc(0) : first.value;
  async function* all(): AsyncGenerator<Buffer> {
    yield head;
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
  }
  const compression = compressionOf(head);
  if (compression === 'none') await update(all());
  else await pipeline(all, createDecompressor(compression), update, { signal });
  return `sha256:${hash.digest('hex')}`;
}
