import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export const ORDER_PORT = 8080;

/** What the server saw, in order: bodies of requests, `error CODE` of connections. */
export interface OrderService {
  readonly seen: string[];
  /** Resolves when the server has seen `count` things. */
  saw(count: number): Promise<void>;
  stop(): Promise<void>;
}

const SERVER = `
  const { createServer } = require('node:http');
  const server = createServer((request, response) => {
    let body = '';
    let bytes = 0;
    request.on('error', () => {});
    request.on('data', (chunk) => { bytes += chunk.length; if (body.length < 4096) body += chunk; });
    request.on('end', () => {
      console.log(bytes > 4096 ? 'bytes ' + bytes : body);
      response.setHeader('content-type', 'application/json');
      response.end(request.url.startsWith('/echo') ? body : '{"ok":true}');
    });
  });
  server.on('connection', (socket) => socket.on('error', ({ code }) => console.log('error ' + code)));
  server.listen(${ORDER_PORT}, '::', () => console.log('listening'));
`;

/** Runs an HTTP server inside a namespace, which logs what reaches it. */
export async function startOrderService(namespace: string): Promise<OrderService> {
  const server = inNamespace(namespace, SERVER);
  const seen: string[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const lines = createInterface({ input: server.stdout as NodeJS.ReadableStream });
  lines.on('line', (line) => {
    seen.push(line);
    for (const { count, resolve } of waiting) if (seen.length >= count) resolve();
  });
  const saw = (count: number): Promise<void> =>
    new Promise((resolve) => {
      waiting.push({ count, resolve });
      if (seen.length >= count) resolve();
    });
  await saw(1);
  seen.length = 0;
  return {
    seen,
    saw,
    stop: async () => {
      server.kill();
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
    },
  };
}

const CLIENT = `
  const [host, path, body] = [process.argv[1], process.argv[2], process.argv[3]];
  const size = /^zeros:(\\d+)$/.exec(body);
  const content = size === null ? body : Buffer.alloc(Number(size[1]), 'z');
  const { request } = require('node:http');
  const call = request({ host, port: ${ORDER_PORT}, path, method: 'POST', agent: false, headers: {
    'content-type': 'application/json', 'content-length': Buffer.byteLength(content) } }, (response) => {
    let answer = '';
    response.on('data', (chunk) => { answer += chunk; });
    response.on('end', () => console.log(answer));
  });
  call.on('error', ({ code }) => console.log('error ' + code));
  call.end(content);
`;

/** Posts from inside a namespace: the answer's body, or `error CODE`. A body `zeros:N` stands for N letters. */
export async function postOrder(namespace: string, host: string, body: string, path = '/orders'): Promise<string> {
  const client = inNamespace(namespace, CLIENT, host, path, body);
  const answers: string[] = [];
  client.stdout?.on('data', (chunk) => answers.push(String(chunk)));
  await once(client, 'close');
  return answers.join('').trimEnd();
}

function inNamespace(namespace: string, script: string, ...args: string[]): ChildProcess {
  return spawn('nsenter', [`--net=/run/netns/${namespace}`, process.execPath, '-e', script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
