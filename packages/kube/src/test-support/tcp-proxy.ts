import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  readonly port: number;
  /** Connections that are open now. */
  readonly open: number;
  /** Breaks all connections at once, as a machine that fails does. */
  cut(): void;
  /** Lets so many more bytes through from the far end, then breaks that connection in the middle of whatever it was saying. */
  cutAfter(bytes: number): void;
  /** Refuses connections, or takes them again. */
  refuse(refused: boolean): void;
  close(): Promise<void>;
}

/** A way to a port of this machine that can be cut. */
export async function startTcpProxy(to: number): Promise<TcpProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let left = Infinity;
  let refused = false;
  const server = createServer((near) => {
    if (refused) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(to, '127.0.0.1');
    const pair = [near, far] as const;
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of pair) socket.on('error', end).on('close', end);
    near.pipe(far);
    far.on('data', (chunk: Buffer) => {
      const passed = chunk.subarray(0, left);
      left -= passed.length;
      near.write(passed, () => {
        if (left > 0) return;
        left = Infinity;
        end();
      });
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    get open() {
      return pairs.size;
    },
    cut() {
      for (const [near, far] of pairs) {
        near.resetAndDestroy();
        far.destroy();
      }
    },
    cutAfter(bytes) {
      left = bytes;
    },
    refuse(value) {
      refused = value;
    },
    close: () =>
      new Promise((resolve) => {
        for (const [near] of pairs) near.destroy();
        server.close(() => resolve());
      }),
  };
}
