import type { FileHandle } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ApiAnswer,
  type ApiPlace,
  type ApiRequest,
  jsonOf,
  notAnswered,
  openPlace,
  readText,
} from './request-api.ts';

export type DownloadOutcome =
  | { readonly kind: 'whole'; readonly bytes: number }
  | { readonly kind: 'refused'; readonly answer: ApiAnswer };

/** An api that sends nothing for so long has lost whoever it asks. */
const IDLE_MS = 60_000;
/** After this many breaks at one place it is not the line that breaks. */
const MAX_BREAKS = 5;
const AGAIN_MS = 500;
const MAX_REFUSAL = 64 * 1024;

/**
 * Writes what a path gives to a file, from its beginning. Where it breaks off it goes on from there. Throws `NOT_APPLIED`
 * where the api does not answer, or breaks off again and again.
 */
export async function downloadFrom(
  place: ApiPlace,
  { path, failure, signal }: Pick<ApiRequest, 'path' | 'failure' | 'signal'>,
  file: FileHandle,
): Promise<DownloadOutcome> {
  const { url, authorization, trust } = await openPlace(place, path, failure);
  let [at, breaks] = [0, 0];
  for (;;) {
    const before = at;
    try {
      const range = at === 0 ? {} : { range: `bytes=${at}-` };
      const response = await respond(url, { headers: { authorization, ...range }, signal, ...trust });
      if (response.statusCode !== (at === 0 ? 200 : 206)) {
        return { kind: 'refused', answer: await refusal(response) };
      }
      for await (const part of response as AsyncIterable<Buffer>) {
        await file.write(part, 0, part.length, at);
        at += part.length;
      }
      return { kind: 'whole', bytes: at };
    } catch (error) {
      signal.throwIfAborted();
      breaks = at > before ? 0 : breaks + 1;
      // What never began is said at once: it will not be better in a second.
      if (at === 0 || breaks >= MAX_BREAKS) throw notAnswered(place.api, failure, (error as Error).message);
      await sleep(AGAIN_MS, undefined, { signal });
    }
  }
}

function respond(url: URL, options: Parameters<typeof httpsRequest>[1]): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = httpsRequest(url, { ...options, timeout: IDLE_MS }, resolve);
    sent.once('error', reject);
    sent.once('timeout', () => sent.destroy(new Error(`it said nothing for ${IDLE_MS / 1_000} seconds`)));
    sent.end();
  });
}

async function refusal(response: IncomingMessage): Promise<ApiAnswer> {
  return { status: response.statusCode ?? 0, body: jsonOf(await readText(response, MAX_REFUSAL)) };
}
