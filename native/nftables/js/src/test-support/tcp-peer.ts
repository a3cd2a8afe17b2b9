/**
 * One end of TCP connections, run as a program of its own inside a namespace: `listen HOST PORT` sends back what it gets,
 * `connect HOST PORT` and `dial HOST PORT` do not; the latter says when it begins. Both send the lines of their standard input and print what happens, an event a line.
 */
import { connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

const [role, host, port] = process.argv.slice(2);

if (role === 'listen') {
  const server = createServer((socket) => {
    say('accepted');
    tell(socket);
    socket.on('data', (data) => socket.write(data));
    sendLines(socket);
  });
  server.listen(Number(port), host, () => say('ready'));
} else {
  if (role === 'dial') say('dialling');
  const socket = connect(Number(port), host ?? '', () => say('connected'));
  tell(socket);
  sendLines(socket);
}

function sendLines(socket: Socket): void {
  createInterface(process.stdin).on('line', (line) => socket.write(line));
}

function tell(socket: Socket): void {
  socket.on('data', (data) => say(`got ${data.toString()}`));
  socket.on('end', () => say('ended'));
  socket.on('error', (error) => say(`error ${(error as NodeJS.ErrnoException).code}`));
}

function say(event: string): void {
  process.stdout.write(`${event}\n`);
}
