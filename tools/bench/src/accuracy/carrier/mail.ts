import { createServer, type Socket } from 'node:net';
import type { Document } from '../document/document.ts';
import type { Carrier } from './carrier.ts';
import { curlMissing, curlUpload } from './curl-upload.ts';
import { closeServer, listen, serveLines } from './loopback-server.ts';

const ENVELOPE = ['--mail-from', 'shop@example.com', '--mail-rcpt', 'desk@example.com'];
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
    missing: curlMissing,
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
          const message = `${head.join('\r\n')}\r\n\r\n${encode(document)}\r\n`;
          await curlUpload(`smtp://127.0.0.1:${port}`, ENVELOPE, message);
        },
        stop: () => closeServer(server),
      };
    },
  };
}

/** The least that a server has to say (RFC 5321 §4.5.1), to a client that waits for each answer. */
function takeMail(socket: Socket): void {
  let inMessage = false;
  serveLines(socket, '220 mail.example.com ESMTP', (line, say) => {
    if (inMessage) {
      if (line !== '.') return;
      inMessage = false;
      say('250 2.0.0 taken');
      return;
    }
    const verb = line.slice(0, 4).toUpperCase();
    inMessage = verb === 'DATA';
    say(inMessage ? '354 go on' : verb === 'QUIT' ? '221 2.0.0 bye' : '250 2.0.0 mail.example.com');
    if (verb === 'QUIT') socket.end();
  });
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
