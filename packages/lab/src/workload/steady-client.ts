import { connect } from 'node:net';
import { parseArgs } from 'node:util';
import { HTTP_PORT } from './ports.ts';

// Sends one request after the other over a single connection and prints a line for every answer, and for the end.

const INTERVAL_MS = 100;

/** Says that the next request is to carry what the policy under test forbids. */
let next: Readonly<Record<string, unknown>> = {};
process.on('SIGUSR2', () => {
  next = { cardNumber: '4111111111111111' };
});

const { values } = parseArgs({ options: { host: { type: 'string', default: '' } } });

function log(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const socket = connect({ host: values.host, port: HTTP_PORT });
socket.setEncoding('utf8');
let answered = 0;
let received = '';

function ask(): void {
  const body = JSON.stringify({ number: answered, ...next });
  socket.write(`POST /steady HTTP/1.1\r\nHost: lab\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
}

socket.on('connect', () => {
  log({ event: 'connected', port: socket.localPort });
  ask();
});
socket.on('data', (text: string) => {
  received += text;
  const head = received.indexOf('\r\n\r\n');
  const length = /content-length: (\d+)/i.exec(received)?.[1];
  if (head < 0 || length === undefined || received.length < head + 4 + Number(length)) return;
  received = '';
  answered += 1;
  log({ event: 'answered', number: answered });
  setTimeout(ask, INTERVAL_MS);
});
socket.on('error', (error: NodeJS.ErrnoException) => log({ event: 'failed', error: error.code ?? error.message }));
socket.on('close', () => log({ event: 'closed', answered }));
