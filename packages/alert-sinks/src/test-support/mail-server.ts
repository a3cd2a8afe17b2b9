import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** One mail as a server took it. */
export interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Header and body as they came, lines ended by CR LF. */
  readonly data: string;
  readonly secured: boolean;
  readonly user: string | undefined;
}

export interface MailServerOptions {
  /** Files of a certificate: STARTTLS is offered. */
  readonly identity?: { readonly key: string; readonly certificate: string };
  /** What it answers to RCPT instead of taking it. */
  readonly refusal?: string;
}

/** An SMTP server (RFC 5321) with STARTTLS and AUTH PLAIN, as far as a client of mail needs one. */
export class MailServer {
  readonly mails: TakenMail[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start({ identity, refusal }: MailServerOptions = {}): Promise<MailServer> {
    const tls =
      identity === undefined
        ? undefined
        : { key: await readFile(identity.key), cert: await readFile(identity.certificate) };
    const server = createServer((socket) => talk(socket, (mail) => made.mails.push(mail), tls, refusal));
    const made = new MailServer(server);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return made;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}

function talk(
  plain: Socket,
  take: (mail: TakenMail) => void,
  tls: { readonly key: Buffer; readonly cert: Buffer } | undefined,
  refusal: string | undefined,
): void {
  let socket: Socket = plain;
  let [text, from, user, inData] = ['', '', undefined as string | undefined, false];
  let to: string[] = [];
  const say = (reply: string): void => void socket.write(`${reply}\r\n`);
  const onText = (part: Buffer): void => {
    text += part.toString('latin1');
    for (;;) {
      const end = text.indexOf(inData ? '\r\n.\r\n' : '\r\n');
      if (end < 0) return;
      const taken = text.slice(0, end);
      text = text.slice(end + (inData ? 5 : 2));
      if (inData) {
        inData = false;
        take({ from, to, data: taken.replaceAll('\r\n..', '\r\n.'), secured: socket instanceof TLSSocket, user });
        to = [];
        say('250 taken');
      } else command(taken);
    }
  };
  const command = (line: string): void => {
    const [word = '', argument = ''] = line.split(/[ :](.*)/s, 2);
    switch (word.toUpperCase()) {
      case 'EHLO':
        if (tls !== undefined && !(socket instanceof TLSSocket)) say('250-test\r\n250 STARTTLS');
        else say('250-test\r\n250 AUTH PLAIN');
        return;
      case 'STARTTLS':
        say('220 go ahead');
        socket.off('data', onText);
        socket = new TLSSocket(socket, { isServer: true, ...tls });
        socket.on('data', onText).on('error', () => undefined);
        return;
      case 'AUTH':
        user = Buffer.from(argument.split(' ')[1] ?? '', 'base64')
          .toString()
          .split('\0')
          .slice(1)
          .join(':');
        return say('235 welcome');
      case 'MAIL':
        from = argument;
        return say('250 ok');
      case 'RCPT':
        if (refusal !== undefined) return say(refusal);
        to.push(argument);
        return say('250 ok');
      case 'DATA':
        inData = true;
        return say('354 go on');
      case 'QUIT':
        say('221 bye');
        socket.end();
        return;
      default:
        say('250 ok');
    }
  };
  socket.on('data', onText).on('error', () => undefined);
  say('220 test');
}
