import { createServer, type ServerResponse } from 'node:http';
import { connect, createServer as createHttp2 } from 'node:http2';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { Document } from '../document/document.ts';
import type { Carrier } from './carrier.ts';
import { fetchOnce } from './http-client.ts';
import { closeServer, listen } from './loopback-server.ts';

const COMPRESSED_KINDS = ['json', 'csv', 'base64'];
const CHUNK = 37;

/** Answers of Node's own server: in chunks, and compressed in each way that HTTP names. */
export const HTTP_CHUNKED = response(
  'http response, chunked',
  'plain',
  ['json', 'xml', 'csv', 'base64'],
  (bytes, answer) => {
    for (let at = 0; at < bytes.length; at += CHUNK) answer.write(bytes.subarray(at, at + CHUNK));
  },
);
export const HTTP_COMPRESSED: readonly Carrier[] = [
  compressed('gzip, two members', 'gzip', (bytes) =>
    Buffer.concat([gzipSync(bytes.subarray(0, bytes.length >> 1)), gzipSync(bytes.subarray(bytes.length >> 1))]),
  ),
  compressed('deflate', 'deflate', deflateSync),
  compressed('raw deflate', 'deflate', deflateRawSync),
  compressed('brotli', 'br', brotliCompressSync),
  compressed('zstandard', 'zstd', zstdCompressSync),
  compressed('gzip in brotli', 'gzip, br', (bytes) => brotliCompressSync(gzipSync(bytes))),
];

/** Requests over HTTP/2 in clear, by prior knowledge. */
export const HTTP2_REQUEST: Carrier = {
  name: 'http/2 request',
  group: 'plain',
  kinds: ['json', 'json-spaces', 'json-number', 'form', 'xml', 'csv', 'base64'],
  missing: () => undefined,
  async start() {
    const server = createHttp2((request, answer) => {
      request.resume();
      request.once('end', () => answer.writeHead(204).end());
    });
    const port = await listen(server);
    return {
      port,
      carry: (document) => postOverHttp2(port, document),
      stop: () => closeServer(server),
    };
  },
};

function compressed(name: string, encoding: string, compress: (bytes: Buffer) => Buffer): Carrier {
  return response(`http response, ${name}`, 'encoded', COMPRESSED_KINDS, (bytes, answer) => {
    answer.setHeader('Content-Encoding', encoding);
    answer.write(compress(bytes));
  });
}

function response(
  name: string,
  group: Carrier['group'],
  kinds: readonly string[],
  write: (bytes: Buffer, answer: ServerResponse) => void,
): Carrier {
  return {
    name,
    group,
    kinds,
    missing: () => undefined,
    async start() {
      let next: Document | undefined;
      const server = createServer((_, answer) => {
        answer.setHeader('Content-Type', next?.contentType ?? 'text/plain');
        if (next !== undefined) write(next.bytes, answer);
        answer.end();
      });
      const port = await listen(server);
      return {
        port,
        async carry(document) {
          next = document;
          await fetchOnce({ port, path: '/orders', method: 'GET' });
        },
        stop: () => closeServer(server),
      };
    },
  };
}

function postOverHttp2(port: number, { contentType, bytes }: Document): Promise<void> {
  return new Promise((resolve, reject) => {
    const session = connect(`http://127.0.0.1:${port}`);
    session.once('error', reject);
    session.once('close', () => resolve());
    const stream = session.request({ ':method': 'POST', ':path': '/orders', 'content-type': contentType });
    stream.once('error', reject);
    stream.once('close', () => session.close());
    stream.resume();
    stream.end(bytes);
  });
}
