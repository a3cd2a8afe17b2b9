import { request } from 'node:http';
import type { Document } from '../document/document.ts';

interface Exchange {
  readonly port: number;
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly document?: Document;
}

/** One request over a connection of its own; resolves when the connection is closed. Rejects unless it is answered 2xx. */
export function fetchOnce({ port, path, method, headers = {}, document }: Exchange): Promise<void> {
  return new Promise((resolve, reject) => {
    const content =
      document === undefined
        ? {}
        : { 'Content-Type': document.contentType, 'Content-Length': String(document.bytes.length) };
    const options = { host: '127.0.0.1', port, path, method, agent: false, headers: { ...headers, ...content } };
    const exchange = request(options, (response) => {
      response.resume();
      const { statusCode = 0 } = response;
      if (statusCode >= 300) reject(new Error(`${method} ${path.slice(0, 40)} was answered ${statusCode}`));
    });
    exchange.once('error', reject);
    exchange.once('close', () => resolve());
    exchange.end(document?.bytes);
  });
}
