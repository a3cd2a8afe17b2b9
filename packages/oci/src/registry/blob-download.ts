import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { short } from '../blob/digest.ts';
import type { BlobReference } from '../blob/store.ts';
import { OciError } from '../error.ts';
import { connectionError } from './connection-error.ts';
import type { Endpoint } from './endpoint.ts';

/** Times in a row that a download may break off without a byte in between. */
const MAX_BREAKS = 5;
const BREAK_DELAY_MS = 300;

/**
 * Downloads a blob and, where the connection breaks, goes on from where it was (Range). Not verified: a resumed
 * download is whole only if its digest says so.
 */
export async function* downloadBlob(
  endpoint: Endpoint,
  repository: string,
  blob: BlobReference,
  scope: string,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const path = `/v2/${repository}/blobs/${blob.digest}`;
  let at = 0;
  let expected = blob.size;
  for (let breaks = 0; ; ) {
    const headers: Record<string, string> = at === 0 ? {} : { range: `bytes=${at}-` };
    const accepted = at === 0 ? [200] : [200, 206];
    const response = await endpoint.request(path, scope, signal, { headers, accepted });
    expected ??= lengthOf(response, at);
    // A server that does not know ranges begins again.
    let toSkip = response.statusCode === 206 ? 0 : at;
    if (response.statusCode === 206) checkRange(response, at, endpoint.registry);
    let broken: unknown;
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        const part = chunk.subarray(Math.min(toSkip, chunk.length));
        toSkip -= chunk.length - part.length;
        if (part.length === 0) continue;
        at += part.length;
        breaks = 0;
        if (expected !== undefined && at > expected) throw tooMuch(blob, expected);
        yield part;
      }
    } catch (error) {
      if (error instanceof OciError || signal.aborted) throw error;
      broken = error;
    } finally {
      response.destroy();
    }
    if (broken === undefined && (expected === undefined || at >= expected)) return;
    if (expected !== undefined && at === expected) return;
    breaks += 1;
    if (breaks >= MAX_BREAKS) throw cutOff(endpoint, blob, at, broken);
    await sleep(BREAK_DELAY_MS * breaks * Math.random(), undefined, { signal });
  }
}

function lengthOf(response: IncomingMessage, at: number): number | undefined {
  const length = response.headers['content-length'];
  return at === 0 && length !== undefined ? Number(length) : undefined;
}

function checkRange(response: IncomingMessage, at: number, registry: string): void {
  const range = /^bytes (\d{1,16})-/.exec(response.headers['content-range'] ?? '')?.[1];
  if (Number(range) === at) return;
  response.destroy();
  throw new OciError(
    'REGISTRY_FAILED',
    `the registry ${registry} answers with another part of a blob than was asked for`,
  );
}

function tooMuch(blob: BlobReference, expected: number): OciError {
  return new OciError('LAYER_CORRUPT', {
    what: `the blob ${short(blob.digest)} is corrupt`,
    why: `it has more than its ${expected} bytes`,
  });
}

function cutOff(endpoint: Endpoint, blob: BlobReference, at: number, cause: unknown): OciError {
  const url = new URL(`https://${endpoint.registry}`);
  const { why } = connectionError(url, cause instanceof Error ? cause : new Error('it ends too early'));
  return new OciError(
    'REGISTRY_UNREACHABLE',
    {
      what: `the blob ${short(blob.digest)} cannot be fetched whole`,
      why: `after ${at} bytes: ${why ?? 'it breaks off'}`,
    },
    { cause },
  );
}
