import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { line } from '@bulkhead/alerts';
import { isReachable, reachableLookup, UnreachableError } from './reachable.ts';

const { request: httpRequest } = process.getBuiltinModule('node:http');

export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
  readonly privateAddresses: boolean;
  /** PEM of the authority; those of the system if not given. */
  readonly ca?: string | undefined;
  readonly signal: AbortSignal;
}

export interface PostAnswer {
  readonly status: number;
  /** The first of what it says, as one line. */
  readonly said: string;
  readonly retryAfter: string | undefined;
}

/** What a person is shown of an answer. */
const MAX_SAID = 200;
/** What of an answer is waited for; the rest is of no interest. */
const MAX_READ = 16 * 1024;

/** Makes one request. A redirect is an answer as any other: it is not followed. Rejects when there is no answer. */
export function post({ url, headers, body, privateAddresses, ca, signal }: Post): Promise<PostAnswer> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    if (isIP(host) !== 0 && !isReachable(host, privateAddresses)) return reject(new UnreachableError(host));
    const bytes = Buffer.from(body);
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const sent = request(
      url,
      {
        method: 'POST',
        // One connection a message: a kept one may be dead, and a sink sends few.
        agent: false,
        headers: {
          ...headers,
          'content-type': 'application/json',
          'content-length': bytes.length,
          'user-agent': 'bulkhead',
        },
        lookup: reachableLookup(privateAddresses),
        signal,
        ...(ca !== undefined && { ca }),
      },
      (answer) => {
        resolve(answerOf(answer).finally(() => sent.destroy()));
      },
    );
    sent.once('error', reject);
    return sent.end(bytes);
  });
}

async function answerOf(answer: IncomingMessage): Promise<PostAnswer> {
  let text = '';
  answer.setEncoding('utf8');
  for await (const part of answer) {
    text += String(part);
    if (text.length > MAX_READ) break;
  }
  const { statusCode = 0, headers } = answer;
  return { status: statusCode, said: line(text.trim(), MAX_SAID), retryAfter: headers['retry-after'] };
}
