import type { AddressInfo, Server } from 'node:net';
import { RuntimeError } from './error.ts';

/**
 * Listens and gives the port that was taken. `what` is to be served and how to `fix` a wrong address stand in the error. Throws
 * `ADDRESS_IN_USE` and `ADDRESS_UNAVAILABLE`.
 */
export function listen(
  server: Server,
  {
    host,
    port,
    what,
    fix,
  }: { readonly host: string; readonly port: number; readonly what: string; readonly fix: string },
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const inUse = cause.code === 'EADDRINUSE';
      const why = inUse ? 'another process listens there' : cause.message;
      const code = inUse ? 'ADDRESS_IN_USE' : 'ADDRESS_UNAVAILABLE';
      reject(new RuntimeError(code, { what: `cannot ${what} on ${host}:${port}`, why, fix }, { cause }));
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}
