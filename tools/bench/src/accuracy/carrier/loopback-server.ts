import type { AddressInfo, Server, Socket } from 'node:net';

/** Listens on a free port of 127.0.0.1. */
export function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

/** Resolves when the last connection is closed. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
  });
}

/** Speaks a protocol of lines: greets, and gives each line that comes to `onLine`, which says what it has to. */
export function serveLines(
  socket: Socket,
  greeting: string,
  onLine: (line: string, say: (line: string) => void) => void,
): void {
  const say = (line: string): void => void socket.write(`${line}\r\n`);
  let rest = '';
  socket.setEncoding('latin1');
  socket.on('error', () => socket.destroy());
  socket.on('data', (text: string) => {
    const lines = (rest + text).split('\r\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line, say);
  });
  say(greeting);
}
