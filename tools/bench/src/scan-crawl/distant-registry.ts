import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A registry that is some milliseconds away: hands every request on after that time. */
export interface DistantRegistry {
  readonly host: string;
  close(): Promise<void>;
}

/** Stands between a client and a registry as a network would that takes `delayMs` there and back. */
export async function distantRegistry(registry: string, delayMs: number): Promise<DistantRegistry> {
  const [hostname = '', port = ''] = registry.split(':');
  const server = createServer((incoming, answer) => {
    const { method = 'GET', url: path = '/', headers } = incoming;
    const fail = (): void => void answer.destroy();
    incoming.resume();
    const handOn = (): void => {
      const outgoing = request({ hostname, port, method, path, headers }, (found) => {
        answer.writeHead(found.statusCode ?? 502, found.headers);
        found.pipe(answer);
        found.on('error', fail);
      });
      outgoing.on('error', fail);
      answer.on('close', () => outgoing.destroy());
      outgoing.end();
    };
    setTimeout(handOn, delayMs);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
