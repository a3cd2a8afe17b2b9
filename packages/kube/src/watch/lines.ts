import { KubeError } from '../error.ts';

/** etcd takes objects of 1.5 MiB, and JSON is longer than what is stored; an event is one of them and some bytes. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;

const NEWLINE = 0x0a;

/**
 * The whole lines of a stream of bytes. What stands after the last newline when the stream ends was cut off on the way, and is
 * not given. Holds one line at most. Throws `TOO_LARGE` for a longer one.
 */
export async function* lines(chunks: AsyncIterable<Uint8Array>, maxBytes = MAX_LINE_BYTES): AsyncGenerator<string> {
  let pending: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      pending.push(chunk.subarray(from, at));
      const line = Buffer.concat(pending).toString('utf8').trim();
      pending = [];
      size = 0;
      from = at + 1;
      if (line !== '') yield line;
    }
    const rest = chunk.subarray(from);
    if (rest.length === 0) continue;
    size += rest.length;
    if (size > maxBytes) {
      throw new KubeError('TOO_LARGE', {
        what: 'cannot read the watch',
        why: `an event has more than ${maxBytes} bytes`,
      });
    }
    pending.push(rest);
  }
}
