import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Carrier } from './carrier.ts';
import { curlMissing, curlUpload } from './curl-upload.ts';
import { closeServer, listen, serveLines } from './loopback-server.ts';

/** Files that curl uploads: the data connection alone, as a sensor sees it that never saw what it belongs to. */
export const FTP_DATA: Carrier = {
  name: 'ftp data',
  group: 'plain',
  kinds: ['json', 'json-spaces', 'xml', 'csv', 'base64'],
  missing: curlMissing,
  async start() {
    let received = Promise.resolve();
    const data = createServer((socket) => {
      socket.resume();
      socket.on('error', () => socket.destroy());
      received = once(socket, 'close').then(() => undefined);
    });
    const port = await listen(data);
    const control = createServer((socket) => takeFile(socket, port, () => received));
    const controlPort = await listen(control);
    return {
      port,
      async carry({ bytes }) {
        await curlUpload(`ftp://127.0.0.1:${controlPort}/orders.txt`, ['--disable-epsv'], bytes);
      },
      async stop() {
        await closeServer(control);
        await closeServer(data);
      },
    };
  },
};

/** The least that a server has to say to a client that uploads one file (RFC 959 §5.1). */
function takeFile(socket: Socket, dataPort: number, received: () => Promise<void>): void {
  const answers: Readonly<Record<string, string>> = {
    USER: '331 and the password?',
    PASS: '230 welcome',
    PWD: '257 "/" is where you are',
    TYPE: '200 so be it',
    PASV: `227 entering passive mode (127,0,0,1,${dataPort >> 8},${dataPort & 0xff})`,
    STOR: '150 go on',
    QUIT: '221 bye',
  };
  serveLines(socket, '220 ftp.example.com', (line, say) => {
    const verb = line.split(' ', 1)[0]?.toUpperCase() ?? '';
    say(answers[verb] ?? '502 not here');
    if (verb === 'STOR') void received().then(() => say('226 taken'));
    if (verb === 'QUIT') socket.end();
  });
}
