import { createSocket } from 'node:dgram';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { type Certificate, makeCertificate } from '@bulkhead/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertWith, send, sinkOf } from '../test-support/config.ts';

let folder: string;
let identity: Certificate;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-syslog-'));
  identity = await makeCertificate(folder, ['localhost', '127.0.0.1']);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Cuts a stream by octet counting, as receivers do; anything else is a mistake. */
function framesOf(stream: Buffer): readonly string[] {
  const frames: string[] = [];
  for (let at = 0; at < stream.length; ) {
    const space = stream.indexOf(' ', at);
    const length = Number(stream.subarray(at, space).toString());
    if (!(length > 0) || space + 1 + length > stream.length) throw new Error('the framing is broken');
    frames.push(stream.subarray(space + 1, space + 1 + length).toString());
    at = space + 1 + length;
  }
  return frames;
}

/** A receiver that closes when its sender has; `received` resolves with all that one connection said. */
async function listening(server: Server, event: 'connection' | 'secureConnection') {
  const received = new Promise<Buffer>((resolve) => {
    server.on(event, (socket) => {
      const parts: Buffer[] = [];
      socket.on('data', (part: Buffer) => parts.push(part));
      socket.on('end', () => resolve(Buffer.concat(parts)));
      socket.on('error', () => undefined);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { port: (server.address() as AddressInfo).port, received };
}

const TITLES = ['Ünïcode\n<13>1 forged', '12 looks like a frame'];
const ALERTS = TITLES.map((title) => alertWith(title));

describe('a sink of syslog', () => {
  it('sends each alert as a datagram', async () => {
    const socket = createSocket('udp4');
    const received: string[] = [];
    const both = new Promise<void>((resolve) => {
      socket.on('message', (message) => {
        received.push(message.toString());
        if (received.length === 2) resolve();
      });
    });
    await new Promise<void>((resolve) => {
      socket.bind(0, '127.0.0.1', resolve);
    });

    const sink = sinkOf({ kind: 'syslog', transport: 'udp', host: '127.0.0.1', port: socket.address().port });
    expect(await send(sink, ...ALERTS)).toEqual({ outcome: 'delivered' });
    await both;
    socket.close();

    expect(received.every((message) => /^<107>1 2026-\S+ api-0 bulkhead 42 finding \[/.test(message))).toBe(true);
  });

  it('counts octets over TCP, so that nothing in an alert begins another', async () => {
    const server = createServer({ allowHalfOpen: false });
    const { port, received } = await listening(server, 'connection');

    const sink = sinkOf({ kind: 'syslog', transport: 'tcp', host: '127.0.0.1', port, format: 'cef' });
    expect(await send(sink, ...ALERTS)).toEqual({ outcome: 'delivered' });
    const frames = framesOf(await received);
    server.close();

    expect(frames).toHaveLength(2);
    expect(frames.every((frame) => frame.includes('CEF:0|Bulkhead|Bulkhead|1.2.3|finding|'))).toBe(true);
  });

  it('speaks TLS to a receiver whose certificate is trusted, and to no other', async () => {
    const [key, cert] = await Promise.all([readFile(identity.key), readFile(identity.certificate)]);
    const server = createTlsServer({ key, cert });
    server.on('tlsClientError', () => undefined);
    const { port, received } = await listening(server, 'secureConnection');
    const config = { kind: 'syslog', host: '127.0.0.1', port };

    expect(await send(sinkOf(config), ...ALERTS)).toMatchObject({ outcome: 'failed', mayPass: true });
    expect(await send(sinkOf({ ...config, caFile: identity.certificate }), ...ALERTS)).toEqual({
      outcome: 'delivered',
    });
    expect(framesOf(await received)).toHaveLength(2);
    server.close();
  });

  it('says when nobody listens, and when a file cannot be read', async () => {
    const server = createServer();
    const { port } = await listening(server, 'connection');
    await new Promise((resolve) => {
      server.close(resolve);
    });

    const tcp = { kind: 'syslog', transport: 'tcp', host: '127.0.0.1', port };
    expect(await send(sinkOf(tcp), ...ALERTS)).toMatchObject({ outcome: 'failed', mayPass: true });
    const absent = { kind: 'syslog', host: '127.0.0.1', port, caFile: join(folder, 'absent') };
    expect(await send(sinkOf(absent), ...ALERTS)).toMatchObject({
      outcome: 'failed',
      problem: expect.stringContaining('as caFile') as string,
    });
  });

  it('ends when it is told to, although the receiver takes nothing', async () => {
    const held: { destroy(): void }[] = [];
    const server = createServer((socket) => held.push(socket.pause()));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    const ended = new AbortController();
    // TLS: the handshake never comes about.
    const sending = sinkOf({ kind: 'syslog', host: '127.0.0.1', port }).send(ALERTS, ended.signal);
    ended.abort(new Error('shutting down'));

    expect(await sending).toMatchObject({ outcome: 'failed', mayPass: true });
    for (const socket of held) socket.destroy();
    server.close();
  });
});
