import { constants, type X509Certificate } from 'node:crypto';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { Clock } from '@bulkhead/core';
import { HELLO_TIMEOUT_MS, MAX_CONNECTIONS, STRANGER_MS } from '../wire/limits.ts';
import { judgePeer, type Peer, readAuthorities } from './peer.ts';

/** What a server shows: PEM, the leaf first and its authority after it, by which enrolling agents recognise it. */
export interface ServerIdentity {
  readonly chainPem: string;
  readonly keyPem: string;
}

export interface TlsFrontOptions {
  readonly identity: ServerIdentity;
  /** PEM of the authorities whose agents are welcome, asked at each connection. */
  readonly trustPem: () => string;
  readonly clock: Clock;
  readonly onConnection: (socket: TLSSocket) => void;
  /** How long somebody stays connected who is no agent. */
  readonly strangerMs?: number | undefined;
  /** A handshake that failed, or a certificate that was refused. */
  readonly onRefused: (peer: string, problem: string) => void;
}

/** What connections get to end by themselves: a status to send, a close to be answered. */
const LAST_WORDS_MS = 500;

/**
 * TLS 1.3 in front of gRPC. The certificate of a client is asked for and judged here rather than by OpenSSL, so that an
 * agent whose certificate is refused can be told why, and the log says who it was.
 */
export class TlsFront {
  readonly #server: Server;
  readonly #peers = new Map<string, Peer>();
  readonly #sockets = new Set<TLSSocket>();
  #trust: { readonly pem: string; readonly authorities: readonly X509Certificate[] } = { pem: '', authorities: [] };

  readonly #options: TlsFrontOptions;

  constructor(options: TlsFrontOptions) {
    this.#options = options;
    const { identity, onRefused } = options;
    this.#server = createServer(
      {
        ...contextOf(identity),
        minVersion: 'TLSv1.3',
        ALPNProtocols: ['h2'],
        requestCert: true,
        rejectUnauthorized: false,
        handshakeTimeout: HELLO_TIMEOUT_MS,
        // Each connection shows its certificate anew: it may have expired since the last.
        secureOptions: constants.SSL_OP_NO_TICKET,
      },
      (socket) => this.#accept(socket),
    );
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#server.on('tlsClientError', (error, socket) => {
      onRefused(nameOf(socket), `the TLS handshake failed (${error.message})`);
    });
  }

  get server(): Server {
    return this.#server;
  }

  /** Who is at the other end of the connection that gRPC calls by this name (address and port). */
  peerOf(name: string): Peer {
    return this.#peers.get(name) ?? { kind: 'refused', problem: 'its connection is over' };
  }

  /** Shows another certificate from the next connection on. */
  setIdentity(identity: ServerIdentity): void {
    this.#server.setSecureContext(contextOf(identity));
  }

  /** Stops listening, lets the last messages out and cuts what is left. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => void this.#server.close(() => resolve()));
    const cut = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, LAST_WORDS_MS);
    await closed;
    clearTimeout(cut);
  }

  #accept(socket: TLSSocket): void {
    const name = nameOf(socket);
    this.#sockets.add(socket);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#peers.delete(name);
    });
    // A connection that breaks is no event: its stream ends with it.
    socket.on('error', () => undefined);
    const peer = judgePeer(socket.getPeerX509Certificate(), this.#authorities(), this.#options.clock.now());
    this.#peers.set(name, peer);
    if (peer.kind === 'refused') this.#options.onRefused(name, peer.problem);
    // Who holds connections and asks for nothing would take those that agents need.
    if (peer.kind !== 'agent') {
      const over = setTimeout(() => socket.destroy(), this.#options.strangerMs ?? STRANGER_MS);
      socket.once('close', () => clearTimeout(over));
    }
    this.#options.onConnection(socket);
  }

  #authorities(): readonly X509Certificate[] {
    const pem = this.#options.trustPem();
    if (pem !== this.#trust.pem) this.#trust = { pem, authorities: readAuthorities(pem) };
    return this.#trust.authorities;
  }
}

function contextOf({ chainPem, keyPem }: ServerIdentity): { readonly cert: string; readonly key: string } {
  return { cert: chainPem, key: keyPem };
}

function nameOf({ remoteAddress, remotePort }: TLSSocket): string {
  return `${remoteAddress}:${remotePort}`;
}
