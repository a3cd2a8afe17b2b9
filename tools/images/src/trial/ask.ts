import { readFile } from 'node:fs/promises';
import { type RequestOptions, request } from 'node:https';
import type { Line } from '@bulkhead/lab';

export interface Question {
  readonly port: number;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** PEM file of who vouches for the server. */
  readonly authority: string;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly cookie: string;
}

/** Asks a server of this machine over TLS, whose answers are JSON. */
export async function ask({ port, method, path, body, headers, authority }: Question): Promise<Answer> {
  const ca = await readFile(authority);
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const options: RequestOptions = { host: '127.0.0.1', port, method, path, ca, headers: { ...type, ...headers } };
  return new Promise((resolve, reject) => {
    const sent = request({ ...options, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const cookie = response.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
        resolve({ status: response.statusCode ?? 0, body: text === '' ? undefined : JSON.parse(text), cookie });
      });
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** What `/readyz` answers at the address that a component told when it started. */
export async function readiness(started: Line): Promise<number> {
  const { status } = await fetch(`${new URL(String(started['metrics'])).origin}/readyz`);
  return status;
}
