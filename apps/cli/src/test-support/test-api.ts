import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { makeCertificate } from '@bulkhead/lab';
import { run } from '../run.ts';

/** A server over real TLS that answers as a test says, and commands that ask it. */
export class TestApi {
  /** With the certificate and the token, and room for files of the test. */
  readonly folder: string;
  /** What was asked, in order. */
  readonly requests: IncomingMessage[] = [];
  answer: (request: IncomingMessage, response: ServerResponse) => void | Promise<void> = (_, response) =>
    void response.end('{}');
  readonly #server: Server;

  private constructor(folder: string, server: Server) {
    this.folder = folder;
    this.#server = server;
  }

  static async open(): Promise<TestApi> {
    const folder = await mkdtemp(join(tmpdir(), 'bulkhead-cli-api-'));
    const { key, certificate } = await makeCertificate(folder, ['localhost']);
    await writeFile(join(folder, 'token'), 'secret\n');
    const server = createServer({ key: await readFile(key), cert: await readFile(certificate) });
    const api = new TestApi(folder, server);
    server.on('request', (request, response) => {
      api.requests.push(request);
      void api.answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    return api;
  }

  /** Runs a command that asks this api. */
  async bulkhead(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const api = `https://localhost:${(this.#server.address() as AddressInfo).port}`;
    const ca = ['--ca', join(this.folder, 'certificate.pem'), '--token-file', join(this.folder, 'token')];
    const io = { stdout, stderr, signal: new AbortController().signal };
    const code = await run([...args, '--api', api, ...ca], io, '1');
    stdout.end();
    stderr.end();
    return { code, stdout: await text(stdout), stderr: await text(stderr) };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.folder, { recursive: true, force: true });
  }
}
