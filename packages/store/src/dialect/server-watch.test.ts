import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ServerWatch } from './server-watch.ts';

const EVERY_MS = 20;

let server: Server;
let accepted: Socket[];
let port: number;

beforeEach(async () => {
  accepted = [];
  server = createServer((socket) => accepted.push(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = Object(server.address()).port;
});
afterEach(() => {
  for (const socket of accepted) socket.destroy();
  server.close();
});

/** Connects, and has the server take no connection from then on, while the one that is open stays silent. */
async function leaveAlone(isWaitedFor: () => boolean): Promise<Socket> {
  const socket = new ServerWatch({ host: '127.0.0.1', port, isWaitedFor, everyMs: EVERY_MS }).socket();
  socket.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  server.close();
  return socket;
}

it('ends what waits for a server that takes no connection any more', async () => {
  const socket = await leaveAlone(() => true);
  const [error] = await once(socket, 'error');

  expect(error).toMatchObject({ message: 'Connection terminated: the server is not reached' });
});

it('leaves alone what nobody waits for', async () => {
  const socket = await leaveAlone(() => false);
  await sleep(EVERY_MS * 10);

  expect(socket.destroyed).toBe(false);
  socket.destroy();
});

it('lets a server take as long as it likes that is there', async () => {
  const socket = new ServerWatch({ host: '127.0.0.1', port, isWaitedFor: () => true, everyMs: EVERY_MS }).socket();
  socket.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  while (accepted.length < 6) await sleep(EVERY_MS);

  expect(socket.destroyed).toBe(false);
  socket.destroy();
});
