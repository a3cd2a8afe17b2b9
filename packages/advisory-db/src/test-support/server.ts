import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** Answers a request, or leaves it to the folder that is served. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface BucketServer extends AsyncDisposable {
  readonly url: string;
  /** The paths that were asked for, decoded, in order. */
  readonly requests: string[];
}

/** Serves a folder over HTTP on this machine alone; `handler` may answer first, and badly. */
export async function serve(folder: string, handler: Handler = () => false): Promise<BucketServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '/');
    requests.push(path);
    if (handler(request, response)) return;
    const file = join(folder, path);
    if (!existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end('not found');
      return;
    }
    response.writeHead(200, { 'content-length': statSync(file).size });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
