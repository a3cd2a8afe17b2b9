import { Agent, request } from 'node:https';
import type { CustomFetch } from 'openid-client';

/** Discovery documents have some KiB, key sets and token answers with many groups some more. */
export const MAX_ANSWER_BYTES = 256 * 1024;

/** What kept a provider's answer from being used. */
export class ProviderUnavailable extends Error {
  override name = 'ProviderUnavailable';
}

/**
 * A `fetch` for a provider: over TLS alone, to a server that the authorities given (PEM) vouch for, without following
 * redirects, and with an answer of bounded size that is complete in time.
 */
export function boundedFetch(ca: string | undefined, timeoutMs: number): CustomFetch {
  // A connection of its own for each request: there are few, and none is left open to somebody who signs nobody in.
  const agent = new Agent({ keepAlive: false, ...(ca !== undefined && { ca }) });
  return (url, { method, headers, body }) => {
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const { host } = new URL(url);
    const fail = (why: string, cause?: unknown): void =>
      reject(new ProviderUnavailable(`the OpenID provider at ${host} ${why}`, { cause }));
    const signal = AbortSignal.timeout(timeoutMs);
    // The client library sends forms alone.
    const text = body instanceof URLSearchParams || typeof body === 'string' ? body.toString() : undefined;
    const length = text === undefined ? {} : { 'content-length': String(Buffer.byteLength(text)) };
    const sent = request(url, { method, agent, signal, headers: { ...headers, ...length } }, (answer) => {
      const chunks: Buffer[] = [];
      let size = 0;
      answer.on('data', (chunk: Buffer) => {
        size += chunk.length;
        chunks.push(chunk);
        if (size <= MAX_ANSWER_BYTES) return;
        fail(`answered with more than ${MAX_ANSWER_BYTES} bytes`);
        answer.destroy();
      });
      answer.on('error', (cause) => fail(reasonOf(cause, signal, timeoutMs), cause));
      answer.on('end', () => {
        const { statusCode = 0, headers: of } = answer;
        // What may have no body is none of the answers that are asked for.
        if (statusCode < 200 || statusCode > 599 || statusCode === 204 || statusCode === 304) {
          fail(`answered with the status ${statusCode}`);
          return;
        }
        const type = of['content-type'] ?? '';
        resolve(new Response(Buffer.concat(chunks), { status: statusCode, headers: { 'content-type': type } }));
      });
    });
    sent.on('error', (cause) => fail(reasonOf(cause, signal, timeoutMs), cause));
    sent.end(text);
    return promise;
  };
}

function reasonOf(cause: Error, signal: AbortSignal, timeoutMs: number): string {
  return signal.aborted ? `did not answer within ${timeoutMs} ms` : `cannot be reached (${cause.message})`;
}
