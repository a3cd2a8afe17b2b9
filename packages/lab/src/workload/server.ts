import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { parseArgs } from 'node:util';
import { HTTP_PORT, TLS_PORT } from './ports.ts';

// A service of the lab: it answers every request and logs on standard output whatever reached it.

const { values } = parseArgs({
  options: { key: { type: 'string' }, certificate: { type: 'string' }, answers: { type: 'string', default: '{}' } },
});
/** What is answered on a path, as JSON; elsewhere the request is accepted. */
const answers = new Map(Object.entries(JSON.parse(values.answers) as Readonly<Record<string, unknown>>));

function log(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function answer(over: 'http' | 'tls', request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  const { method, url: path } = request;
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('aborted', () => log({ event: 'aborted', over, method, path, body: Buffer.concat(chunks).toString() }));
  request.on('end', () => {
    log({ event: 'request', over, method, path, body: Buffer.concat(chunks).toString() });
    const body = JSON.stringify(answers.get(path ?? '') ?? { accepted: true });
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    response.writeHead(200, headers).end(body);
  });
}

const servers = [createServer((request, response) => answer('http', request, response)).listen(HTTP_PORT, '::')];
if (values.key !== undefined && values.certificate !== undefined) {
  const identity = { key: readFileSync(values.key), cert: readFileSync(values.certificate) };
  servers.push(
    createTlsServer(identity, (request, response) => answer('tls', request, response)).listen(TLS_PORT, '::'),
  );
}

for (const server of servers) {
  // A connection that nothing comes through for a while is what some tests are about.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  server.on('connection', (socket) => {
    const { remoteAddress, remotePort } = socket;
    socket.on('error', () => undefined);
    socket.on('close', () =>
      log({
        event: 'closed',
        from: remoteAddress === undefined ? 'reset before it was accepted' : `${remoteAddress}:${remotePort}`,
        bytes: socket.bytesRead,
      }),
    );
  });
  server.on('clientError', (_error, socket) => socket.destroy());
}
await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))));
log({ event: 'listening' });

process.once('SIGTERM', () => process.exit(0));
