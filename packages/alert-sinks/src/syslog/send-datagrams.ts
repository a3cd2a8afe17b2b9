import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';

/** Sends each message as a datagram of its own (RFC 5426). That it left is all that can be known. */
export async function sendDatagrams(host: string, port: number, messages: readonly string[]): Promise<void> {
  const { address, family } = await lookup(host);
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  try {
    // Connected, the socket is told that nobody listens, where the other machine says so.
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.connect(port, address, resolve);
    });
    for (const message of messages) {
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject);
        socket.send(message, (error) => {
          socket.off('error', reject);
          if (error === null || error === undefined) resolve();
          else reject(error);
        });
      });
    }
  } finally {
    socket.on('error', () => undefined);
    socket.close();
  }
}
