import { connect, Socket } from 'node:net';

/** Where a server is asked for, and how often. */
export interface WatchedServer {
  readonly host: string;
  readonly port: number;
  /** Whether somebody waits for an answer of it. */
  readonly isWaitedFor: () => boolean;
  readonly everyMs: number;
}

/** So often in a row it takes no connection before it is given up. */
const MOST_MISSES = 3;

/**
 * Ends connections to a server that is gone without a word, so that who waits for its answer is told. What was sent to it and never
 * arrived is sent again by the kernel for a quarter of an hour, in which keepalive asks nothing; so while an answer is waited for,
 * the server is asked for another connection. As long as it takes those, a question may take as long as it likes.
 */
export class ServerWatch {
  readonly #server: WatchedServer;
  readonly #sockets = new Set<Socket>();
  #timer: NodeJS.Timeout | undefined;
  #missed = 0;

  constructor(server: WatchedServer) {
    this.#server = server;
  }

  /** A socket for a connection to the server, watched from now until it is closed. */
  readonly socket = (): Socket => {
    const socket = new Socket();
    this.#sockets.add(socket);
    this.#timer ??= setInterval(() => this.#look(), this.#server.everyMs).unref();
    socket.once('close', () => {
      this.#sockets.delete(socket);
      if (this.#sockets.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    });
    return socket;
  };

  #look(): void {
    if (!this.#server.isWaitedFor()) {
      this.#missed = 0;
      return;
    }
    const { host, port, everyMs } = this.#server;
    const probe = connect({ host, port, timeout: everyMs * 0.8 });
    const end = (isThere: boolean): void => {
      probe.removeAllListeners('connect').removeAllListeners('timeout').destroy();
      this.#missed = isThere ? 0 : this.#missed + 1;
      if (this.#missed >= MOST_MISSES) this.#giveUp();
    };
    probe
      .once('connect', () => end(true))
      .once('timeout', () => end(false))
      .once('error', () => end(false));
  }

  #giveUp(): void {
    this.#missed = 0;
    for (const socket of this.#sockets) socket.destroy(new Error('Connection terminated: the server is not reached'));
  }
}
