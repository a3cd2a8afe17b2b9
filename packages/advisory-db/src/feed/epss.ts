import { createGunzip } from 'node:zlib';
import { readLines } from './lines.ts';

export interface EpssScore {
  readonly cve: string;
  readonly probability: number;
  readonly percentile: number;
}

export type EpssLine =
  | { readonly kind: 'date'; readonly date: string }
  | { readonly kind: 'score'; readonly score: EpssScore }
  | { readonly kind: 'rejected'; readonly line: number; readonly reason: string };

/** There are 300,000 CVEs with a score; each line has 40 characters. */
const MAX_LINES = 10_000_000;
const MAX_LINE_LENGTH = 512;

/**
 * Reads EPSS scores: `#model_version:…,score_date:…`, then `cve,epss,percentile`, gzip-compressed or not. Throws for
 * what is no such file; a line that cannot be understood is reported and does not cost the others.
 */
export async function* parseEpss(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<EpssLine> {
  let number = 0;
  for await (const line of readLines(decompressed(pieces), MAX_LINE_LENGTH)) {
    number += 1;
    if (number > MAX_LINES) throw new Error(`it has more than ${MAX_LINES} lines`);
    if (number === 1) {
      const date = /^#model_version:[^,]*,score_date:(\d{4}-\d{2}-\d{2}[^,]*)$/.exec(line)?.[1];
      if (date === undefined) throw new Error('its first line is no "#model_version:…,score_date:…"');
      yield { kind: 'date', date };
      continue;
    }
    if (line === '' || line === 'cve,epss,percentile') continue;
    const score = parseScore(line);
    yield score === undefined
      ? { kind: 'rejected', line: number, reason: 'is no "cve,epss,percentile" with both from 0 to 1' }
      : { kind: 'score', score };
  }
  if (number === 0) throw new Error('it is empty');
}

function parseScore(line: string): EpssScore | undefined {
  const match = /^(CVE-\d{4}-\d{4,10}),(\d(?:\.\d{1,20})?(?:[eE]-\d{1,3})?),(\d(?:\.\d{1,20})?(?:[eE]-\d{1,3})?)$/.exec(
    line,
  );
  const [, cve, first, second] = match ?? [];
  if (cve === undefined) return undefined;
  const [probability, percentile] = [Number(first), Number(second)];
  return probability <= 1 && percentile <= 1 ? { cve, probability, percentile } : undefined;
}

/** Gunzips what begins as gzip does. What is cut short fails at its end. */
async function* decompressed(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done === true) return;
  const rest = { [Symbol.asyncIterator]: () => iterator };
  if (first.value[0] !== 0x1f || first.value[1] !== 0x8b) {
    yield first.value;
    yield* rest;
    return;
  }
  const gunzip = createGunzip();
  const feeding = (async () => {
    try {
      gunzip.write(first.value);
      for await (const piece of rest) {
        if (!gunzip.write(piece)) await new Promise((resolve) => gunzip.once('drain', resolve));
      }
      gunzip.end();
    } catch (error) {
      gunzip.destroy(error as Error);
    }
  })();
  yield* gunzip as AsyncIterable<Uint8Array>;
  await feeding;
}
