import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy that can be told to cut connections after a number of bytes, and to listen or not. */
export class CuttingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #target: number;
  #cutAfter = Number.POSITIVE_INFINITY;
  #cuts = 0;

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  static async open(target: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(target);
    await new Promise<void>((resolve) => void proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get cuts(): number {
    return this.#cuts;
  }

  set target(port: number) {
    this.#target = port;
  }

  /** Each new connection is cut after so many bytes, of both directions together. */
  set cutAfter(bytes: number) {
    this.#cutAfter = bytes;
  }

  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cutAll();
    await new Promise((resolve) => void this.#server.close(resolve));
  }

  #accept(client: Socket): void {
    const server = connect(this.#target, '127.0.0.1');
    let left = this.#cutAfter;
    const pump = (from: Socket, to: Socket): void => {
      this.#sockets.add(from);
      from.on('data', (bytes: Buffer) => {
        const passed = bytes.subarray(0, Math.min(left, bytes.length));
        left -= passed.length;
        if (!to.destroyed && !to.write(passed)) from.pause();
        if (left <= 0 && !from.destroyed) {
          this.#cuts += 1;
          client.destroy();
          server.destroy();
        }
      });
      to.on('drain', () => from.resume());
      from.on('error', () => undefined);
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    };
    pump(client, server);
    pump(server, client);
  }
}
