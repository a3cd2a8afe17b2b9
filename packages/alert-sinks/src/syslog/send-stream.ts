import { connect as connectTcp, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';

/** A receiver that does not close after all was said need not be waited for longer. */
const CLOSE_MS = 2_000;

/** How a stream is opened: plainly, or by TLS with these options. */
export interface StreamPlace {
  readonly host: string;
  readonly port: number;
  readonly tls: ConnectionOptions | undefined;
}

/** A message with its length before it: octet counting (RFC 6587, 3.4.1; RFC 5425, 4.3). */
export function framed(message: string): Buffer {
  const bytes = Buffer.from(message);
  return Buffer.concat([Buffer.from(`${bytes.length} `), bytes]);
}

/**
 * Sends messages over a connection of their own. Syslog answers nothing: the best sign is that the receiver closes after
 * us, having taken everything; a reset before that is a failure.
 */
export async function sendStream(
  { host, port, tls }: StreamPlace,
  messages: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const open = (): Socket =>
    tls === undefined ? connectTcp({ host, port }) : connectTls({ ...tls, host, port, minVersion: 'TLSv1.2' });
  const socket = open();
  const abort = (): void => void socket.destroy(signal.reason as Error);
  let timer: NodeJS.Timeout | undefined;
  signal.addEventListener('abort', abort, { once: true });
  socket.once('error', reject);
  socket.once('close', (hadError) => {
    if (!hadError && socket.writableFinished) resolve();
    else reject(new Error('the connection was closed before everything was sent'));
  });
  socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
    socket.resume();
    for (const message of messages) socket.write(framed(message));
    socket.end(() => {
      timer = setTimeout(() => {
        resolve();
        socket.destroy();
      }, CLOSE_MS);
    });
  });
  if (signal.aborted) abort();
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    socket.destroy();
  }
}
