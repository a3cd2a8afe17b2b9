import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import type { Document } from '../document/document.ts';
import type { Carrier } from './carrier.ts';
import { closeServer, listen } from './loopback-server.ts';

const CLIENT = '/usr/bin/curl';
const KINDS = ['json', 'json-spaces', 'xml', 'csv'];
const MIME_LINE = 76;
const LONGEST_QUOTED_LINE = 72;

/** Mail that curl delivers, its text in each of MIME's transfer encodings. */
export const SMTP = mail('smtp', 'plain', '8bit', ({ bytes }) => bytes.toString());
export const SMTP_QUOTED = mail('smtp, quoted-printable', 'encoded', 'quoted-printable', ({ bytes }) =>
  quotedPrintable(bytes),
);
export const SMTP_BASE64 = mail('smtp, base64', 'encoded', 'base64', ({ bytes }) =>
  bytes.toString('base64').replaceAll(new RegExp(`.{1,${MIME_LINE}}`, 'g'), '$&\r\n'),
);

function mail(
  name: string,
  group: Carrier['group'],
  transferEncoding: string,
  encode: (document: Document) => string,
): Carrier {
  return {
    name,
    group,
    kinds: KINDS,
    missing: () => (existsSync(CLIENT) ? undefined : `${CLIENT} is missing (Debian: curl)`),
    async start() {
      const server = createServer(takeMail);
      const port = await listen(server);
      return {
        port,
        async carry(document) {
          const head = [
            'From: shop@example.com',
            'To: desk@example.com',
            'Subject: an order',
            'MIME-Version: 1.0',
            `Content-Type: ${document.contentType}`,
            `Content-Transfer-Encoding: ${transferEncoding}`,
          ];
          await deliver(port, `${head.join('\r\n')}\r\n\r\n${encode(document)}\r\n`);
        },
        stop: () => closeServer(server),
      };
    },
  };
}

async function deliver(port: number, message: string): Promise<void> {
  const envelope = ['--mail-from', 'shop@example.com', '--mail-rcpt', 'desk@example.com'];
  const curl = spawn(CLIENT, ['-sS', `smtp://127.0.0.1:${port}`, ...envelope, '--upload-file', '-'], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  curl.stdin.end(message);
  const [code] = (await once(curl, 'close')) as [number | null];
  if (code !== 0) throw new Error(`curl could not deliver mail: it ended with ${code}`);
}

/** The least that a server has to say (RFC 5321 §4.5.1), to a client that waits for each answer. */
function takeMail(socket: Socket): void {
  let inMessage = false;
  let rest = '';
  const say = (line: string): void => void socket.write(`${line}\r\n`);
  socket.setEncoding('latin1');
  socket.on('error', () => socket.destroy());
  socket.on('data', (text: string) => {
    const lines = (rest + text).split('\r\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (inMessage) {
        if (line !== '.') continue;
        inMessage = false;
        say('250 2.0.0 taken');
        continue;
      }
      const verb = line.slice(0, 4).toUpperCase();
      inMessage = verb === 'DATA';
      say(inMessage ? '354 go on' : verb === 'QUIT' ? '221 2.0.0 bye' : '250 2.0.0 mail.example.com');
      if (verb === 'QUIT') socket.end();
    }
  });
  say('220 mail.example.com ESMTP');
}

/** RFC 2045 §6.7: long lines are broken softly, wherever that falls. */
function quotedPrintable(bytes: Buffer): string {
  let text = '';
  let line = '';
  for (const byte of bytes) {
    const isLiteral = byte >= 0x20 && byte < 0x7f && byte !== 0x3d;
    line += isLiteral ? String.fromCharCode(byte) : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    if (line.length < LONGEST_QUOTED_LINE) continue;
    text += `${line}=\r\n`;
    line = '';
  }
  return text + line;
}
