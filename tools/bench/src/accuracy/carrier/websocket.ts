import { once } from 'node:events';
import { WebSocket, WebSocketServer } from 'ws';
import type { Carrier } from './carrier.ts';

/** A greeting and the document. */
const MESSAGES = 2;
const KINDS = ['json', 'json-spaces', 'json-number', 'xml', 'csv', 'base64'];

/** Messages of clients, masked; compressed ones share their window with the message before. */
export const WEBSOCKET = websocket('websocket', 'plain', false);
export const WEBSOCKET_DEFLATE = websocket('websocket, permessage-deflate', 'encoded', true);

function websocket(name: string, group: Carrier['group'], perMessageDeflate: boolean): Carrier {
  return {
    name,
    group,
    kinds: KINDS,
    missing: () => undefined,
    async start() {
      const compression = perMessageDeflate ? { threshold: 0 } : false;
      const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: compression });
      server.on('connection', (socket) => socket.on('message', () => socket.send('{"state":"taken"}')));
      await once(server, 'listening');
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('the WebSocket server has no port');
      return {
        port: address.port,
        async carry(document) {
          const socket = new WebSocket(`ws://127.0.0.1:${address.port}/orders`, { perMessageDeflate: compression });
          await once(socket, 'open');
          const answered = new Promise<void>((resolve) => {
            let answers = 0;
            socket.on('message', () => {
              answers += 1;
              if (answers === MESSAGES) resolve();
            });
          });
          socket.send('{"hello":"orders"}');
          socket.send(document.bytes.toString());
          await answered;
          socket.close();
          await once(socket, 'close');
        },
        async stop() {
          server.close();
          await once(server, 'close');
        },
      };
    },
  };
}
